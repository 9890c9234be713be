import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ExitCode } from '../../core/index.ts';

/** How `selfpaste` ended: with its exit code; `log` is where it spoke. */
export interface Ended {
  readonly code: number;
  readonly log: string;
}

/** The `selfpaste` processes that are at work. */
export class CellProcesses {
  readonly #children = new Set<ChildProcess>();
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Runs `selfpaste` with arguments, in a group of its own: a terminal's interrupt reaches it once, by {@link stop}. */
  run(args: readonly string[], log: string): Promise<Ended> {
    const output = openSync(log, 'a');
    const child = spawn(process.execPath, [join(process.cwd(), 'bin/selfpaste.js'), ...args], {
      stdio: ['ignore', output, output],
      detached: true,
    });
    this.#children.add(child);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        this.#children.delete(child);
        resolve({ code: code ?? ExitCode.bug, log });
      });
    });
  }

  /** Asks every process to stop at its next safe point, and the second time at once. No cell starts any more. */
  stop(): void {
    this.#stopping = true;
    for (const child of this.#children) child.kill('SIGINT');
  }
}
