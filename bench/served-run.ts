import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** `selfpaste ui` as a process of its own. */
export interface ServedRun {
  readonly url: string;
  /** CPU time of its threads so far, in ms; undefined where the system does not tell. */
  cpuMs(): number | undefined;
  close(): Promise<void>;
}

/** Serves a run's folder at a free port. @throws Error where the server ends before it says its address */
export async function serve(folder: string): Promise<ServedRun> {
  const server = spawn(process.execPath, [PROGRAM, 'ui', folder, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const said = await Promise.race([once(server.stdout, 'data'), ended.then(() => null)]);
  if (said === null) throw new Error(`selfpaste ui ended with exit code ${server.exitCode} before it served ${folder}`);
  const { url } = JSON.parse(String(said[0])) as { readonly url: string };
  return {
    url,
    cpuMs: () => cpuMsOf(server.pid as number),
    async close() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

export const PROGRAM = join(process.cwd(), 'bin/selfpaste.js');

/** User and system time of a process, which Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number | undefined {
  try {
    // The second field is the name in brackets, which may hold blanks; user and system time are the 14th and 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}
