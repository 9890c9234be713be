/** A stretch of time, in ms of Unix time. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A time in which nothing went on, and where it stands in the picture, 0..1. */
export interface Gap extends Stretch {
  readonly at: number;
}

/** Where moments stand in a picture of a run, 0..1 from its first to its last. */
export interface TimelineScale {
  readonly at: (ms: number) => number;
  readonly gaps: readonly Gap[];
}

/** Part of the picture that a time takes in which nothing went on, however long it was. */
const GAP_SHARE = 0.02;
/** Shorter ones, as a part of the time at work, stay as long as they were. */
const SHORT_SHARE = 0.05;

/** A run that lay overnight shows its work, not the night: long times without work are cut to a mark, all others are to scale. */
export function timelineScale(stretches: readonly Stretch[]): TimelineScale {
  const worked = united(stretches);
  const workMs = worked.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const pieces = worked.flatMap((piece, index) => {
    const before = worked[index - 1];
    const work = { ...piece, isGap: false, length: piece.toMs - piece.fromMs };
    if (before === undefined) return [work];
    const gap = { fromMs: before.toMs, toMs: piece.fromMs };
    const isGap = gap.toMs - gap.fromMs > workMs * SHORT_SHARE;
    return [{ ...gap, isGap, length: isGap ? workMs * GAP_SHARE : gap.toMs - gap.fromMs }, work];
  });
  const whole = pieces.reduce((sum, { length }) => sum + length, 0) || 1;
  let before = 0;
  const placed = pieces.map((piece) => {
    const at = before / whole;
    before += piece.length;
    return { ...piece, at, share: piece.length / whole };
  });
  return {
    at: (ms) => placeIn(placed, ms),
    gaps: placed.filter(({ isGap }) => isGap).map(({ fromMs, toMs, at }) => ({ fromMs, toMs, at })),
  };
}

interface Placed extends Gap {
  readonly share: number;
}

function placeIn(pieces: readonly Placed[], ms: number): number {
  const piece = pieces.find(({ toMs }) => ms <= toMs);
  if (piece === undefined) return pieces.length === 0 ? 0 : 1;
  const length = piece.toMs - piece.fromMs;
  return piece.at + (length === 0 ? 0 : (piece.share * Math.max(0, ms - piece.fromMs)) / length);
}

/** By time, with what overlaps or touches as one. */
function united(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const { fromMs, toMs } of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = whole.at(-1);
    if (last !== undefined && fromMs <= last.toMs) whole[whole.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    else whole.push({ fromMs, toMs });
  }
  return whole;
}
