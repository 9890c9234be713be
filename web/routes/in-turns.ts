import { setImmediate as nextTurn } from 'node:timers/promises';

/** Others wait so long at most for an answer, in ms: a live view, or the next question. */
const TURN_MS = 15;

/**
 * Does a long work piece by piece, and lets others have their turn between two pieces.
 * @throws the signal's reason as soon as it is aborted: who asked does not wait for it any more
 */
export async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => void, signal?: AbortSignal): Promise<void> {
  let since = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - since < TURN_MS) continue;
    await nextTurn();
    signal?.throwIfAborted();
    since = performance.now();
  }
}
