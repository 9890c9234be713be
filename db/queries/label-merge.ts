import type { LabelCursor } from './label-filter.ts';

/** The keys that follow one, in order, at most so many. */
export type KeyReader = (after: LabelCursor | undefined, limit: number) => LabelCursor[];

/** Most walks give a page one or two keys, so that they are read a few at a time. */
const FEW = 3;

interface Stream {
  readonly read: KeyReader;
  readonly few: number;
  keys: LabelCursor[];
  at: number;
}

/** One list of many, each of which is in the same order. */
export function mergeKeys(
  readers: readonly KeyReader[],
  compare: (a: LabelCursor, b: LabelCursor) => number,
  after: LabelCursor | undefined,
  limit: number,
): LabelCursor[] {
  const few = readers.length === 1 ? limit : Math.min(limit, Math.max(FEW, Math.ceil((2 * limit) / readers.length)));
  const streams = readers.map((read): Stream => ({ read, few, keys: read(after, few), at: 0 }));
  const merged: LabelCursor[] = [];
  while (merged.length < limit) {
    const stream = leastOf(streams, compare);
    if (!stream) break;
    merged.push(stream.keys[stream.at]);
    advance(stream);
  }
  return merged;
}

function leastOf(streams: readonly Stream[], compare: (a: LabelCursor, b: LabelCursor) => number): Stream | undefined {
  let least: Stream | undefined;
  for (const stream of streams) {
    if (stream.at < stream.keys.length && (!least || compare(stream.keys[stream.at], least.keys[least.at]) < 0)) least = stream;
  }
  return least;
}

/** A list that was cut where its few keys ended goes on; a shorter one has no more. */
function advance(stream: Stream): void {
  stream.at++;
  if (stream.at < stream.keys.length || stream.keys.length < stream.few) return;
  stream.keys = stream.read(stream.keys.at(-1), stream.few);
  stream.at = 0;
}
