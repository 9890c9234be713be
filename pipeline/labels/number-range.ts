/** Bounds of a number; without one, that side is open. Both are inclusive. */
export interface NumberRange {
  readonly from?: number;
  readonly to?: number;
}

/** `0.3..0.6`, `0.3..`, `..0.6`, or one number that is both ends; undefined for text that is no such range within `from` and `to`. */
export function numberRange(text: string, from: number, to: number): NumberRange | undefined {
  const [low = '', high = low, ...rest] = text.includes('..') ? text.split('..') : [text];
  const ends = [low, high].map((end) => (end.trim() === '' ? undefined : Number(end)));
  const [start, stop] = ends;
  const inRange = ends.every((end) => end === undefined || (end >= from && end <= to));
  if (rest.length > 0 || !inRange || (start === undefined && stop === undefined) || (start ?? from) > (stop ?? to)) return undefined;
  return { ...(start === undefined ? {} : { from: start }), ...(stop === undefined ? {} : { to: stop }) };
}
