import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFacts } from '../../core/index.ts';
import { type LockingFacts, type LogFacts, tryLocking, tryLog } from './locking.ts';

/** What came of writing into a folder. */
export type ScratchFacts =
  /** @property code as the system has it: EACCES, EROFS, ENOSPC, EDQUOT */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'written';
      readonly bytesPerSecond: number;
      /** Median time until a small write is safe. */
      readonly flushMs: number;
      /** How far the clock of the file system is ahead of this machine's. */
      readonly clockAheadMs: number;
      readonly locking: LockingFacts;
      readonly log: LogFacts;
    };

const WRITTEN_BYTES = 8 << 20;
const FLUSHES = 15;
const FLUSHED_BYTES = 4096;

/** Writes, flushes and locks in a scratch folder inside the folder, and leaves nothing there. */
export async function tryWriting(folder: string): Promise<ScratchFacts> {
  let scratch: string;
  try {
    scratch = await mkdtemp(join(folder, '.selfpaste-doctor-'));
  } catch (error) {
    return refusal(error);
  }
  try {
    const written = await tryFile(join(scratch, 'bytes'));
    return { kind: 'written', ...written, locking: await tryLocking(scratch), log: tryLog(scratch) };
  } catch (error) {
    return refusal(error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function refusal(error: unknown): ScratchFacts {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  // Behind the comma are the system call and the name of the scratch folder, which say nothing to people.
  const [message] = errorFacts(error).message.split(', ');
  return { kind: 'refused', code, message };
}

async function tryFile(path: string): Promise<{ bytesPerSecond: number; flushMs: number; clockAheadMs: number }> {
  const file = await open(path, 'w');
  try {
    const startedMs = performance.now();
    // One write may end early where the disk does; this one goes on and is refused.
    await file.writeFile(new Uint8Array(WRITTEN_BYTES).fill(0xa5));
    await file.sync();
    const bytesPerSecond = (1000 * WRITTEN_BYTES) / (performance.now() - startedMs);
    const flushMs = await medianFlushMs(async (at) => {
      await file.write(new Uint8Array(FLUSHED_BYTES).fill(at), 0, FLUSHED_BYTES, at * FLUSHED_BYTES);
      await file.sync();
    });
    return { bytesPerSecond, flushMs, clockAheadMs: (await stat(path)).mtimeMs - Date.now() };
  } finally {
    await file.close();
  }
}

async function medianFlushMs(flush: (at: number) => Promise<void>): Promise<number> {
  const timesMs: number[] = [];
  for (let at = 0; at < FLUSHES; at++) {
    const startedMs = performance.now();
    await flush(at);
    timesMs.push(performance.now() - startedMs);
  }
  return timesMs.sort((a, b) => a - b)[FLUSHES >> 1];
}
