import type { Connection } from './connection.ts';

/** Rows of a page: at some 50 µs each the lock is held for a small part of the time that another process waits for it. */
const PAGE = 1000;
/** Who waits looks ten times a second whether the lock is free: a gap between two pages must be long enough to be seen. */
const REST_FRACTION = 0.5;

/**
 * Writes many things, one transaction a page, with a rest after each: another process that writes waits for a page, not for all of them.
 * Interrupted, it leaves whole pages. Without any things there is one empty page.
 * @param write writes a page. It is given what it returned for the page before
 * @returns what was returned for the last page
 */
export function writePages<Item, Result>(
  connection: Connection,
  items: readonly Item[],
  write: (page: readonly Item[], before: Result | null) => Result,
): Result {
  const writePage = (at: number, before: Result | null) => connection.transaction(() => write(items.slice(at, at + PAGE), before));
  let startedMs = performance.now();
  let result = writePage(0, null);
  for (let at = PAGE; at < items.length; at += PAGE) {
    rest((performance.now() - startedMs) * REST_FRACTION);
    startedMs = performance.now();
    result = writePage(at, result);
  }
  return result;
}

function rest(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, durationMs);
}
