import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { Notice } from './notice.ts';

/** Of what a command says on stderr, the end is what went wrong. */
const KEPT_CHARACTERS = 300;
/** What a command leaves running may hold its stderr open: what it said itself is there soon after it ended. */
const LAST_WORDS_MS = 100;

/**
 * Runs a command by the shell with a notice as JSON on stdin, and in variables SELFPASTE_EVENT, _RUN, _ROUND, _STAGE and _ID.
 * Rejects where it fails; one that takes too long is killed with its children.
 */
export async function runCommand(command: string, notice: Notice, timeoutMs: number, end: AbortSignal): Promise<void> {
  end.throwIfAborted();
  // A process group of its own is what can be killed as a whole; and Ctrl-C in the terminal is not meant for it.
  const child = spawn(command, {
    shell: true,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...variables(notice) },
  });
  const kill = () => killGroup(child);
  const late = AbortSignal.any([end, AbortSignal.timeout(timeoutMs)]);
  late.addEventListener('abort', kill);
  process.once('exit', kill);
  try {
    await endOf(child, `${JSON.stringify(notice)}\n`);
  } catch (error) {
    throw late.aborted ? new Error(end.aborted ? 'the run ended before it' : `it took longer than ${timeoutMs / 1000} s`) : error;
  } finally {
    late.removeEventListener('abort', kill);
    process.removeListener('exit', kill);
  }
}

function variables({ event, run, round, stage, id }: Notice): Readonly<Record<string, string>> {
  const place = { SELFPASTE_ROUND: String(round ?? ''), SELFPASTE_STAGE: stage ?? '' };
  return { SELFPASTE_EVENT: event, SELFPASTE_RUN: run, ...place, SELFPASTE_ID: id };
}

/** Resolves where a command ends with 0. */
function endOf(child: ChildProcess, input: string): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-KEPT_CHARACTERS);
  });
  // A command need not read what it is given.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    const conclude = (code: number | null, signal: NodeJS.Signals | null) => {
      child.stderr?.destroy();
      if (code === 0) resolve();
      else reject(new Error(`it ended with ${signal ?? code}${said.trim() === '' ? '' : `: ${said.trim()}`}`));
    };
    child.on('error', reject);
    child.on('close', conclude);
    child.on('exit', (code, signal) => setTimeout(conclude, LAST_WORDS_MS, code, signal));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
