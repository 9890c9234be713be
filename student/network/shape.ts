/**
 * A dimension of a value in a graph that is carried over to another input size: its length then and now.
 * The number of pictures is left open; `batch` marks it, with the source's own length in both places.
 */
export interface Extent {
  readonly was: number;
  readonly now: number;
  readonly batch: boolean;
}

/** Outermost dimension first. */
export type Shape = readonly Extent[];

/** A length that does not depend on the input's size. */
export const fixed = (length: number): Extent => ({ was: length, now: length, batch: false });

export const isFixed = ({ was, now, batch }: Extent): boolean => was === now && !batch;

/** A length computed from others, in the same way then and now. */
export function computed(extents: Shape, compute: (...lengths: number[]) => number): Extent {
  return { was: compute(...extents.map(({ was }) => was)), now: compute(...extents.map(({ now }) => now)), batch: false };
}

export const product = (extents: Shape): Extent =>
  computed(extents, (...lengths) => lengths.reduce((result, length) => result * length, 1));

export const sum = (extents: Shape): Extent => computed(extents, (...lengths) => lengths.reduce((result, length) => result + length, 0));

const equal = (a: Extent, b: Extent): boolean => a.was === b.was && a.now === b.now && a.batch === b.batch;

const isOne = (extent: Extent): boolean => isFixed(extent) && extent.was === 1;

/** The shape that two operands share; null where they differ, also where they agreed at the source's size only. */
export function broadcast(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const from = (shape: Shape, axis: number) => shape[axis - rank + shape.length] ?? fixed(1);
  const result: Extent[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [left, right] = [from(a, axis), from(b, axis)];
    if (isOne(left) || equal(left, right)) result.push(right);
    else if (isOne(right)) result.push(left);
    else return null;
  }
  return result;
}

/**
 * What a Reshape gives. `wanted` is as ONNX has it: 0 copies, -1 is what is left.
 * Constants of a file of one size are read as what they stand for: runs of dimensions of equal product belong together, so that
 * [1, 256, 20, 20] -> [1, 2, 128, 400] keeps the batch, splits the channels and joins the grid. Null where that is not clear.
 */
export function reshaped(input: Shape, wanted: Shape): Shape | null {
  const copied = wanted.map((extent, axis) => (isFixed(extent) && extent.was === 0 ? (input[axis] ?? extent) : extent));
  const known = product(copied.filter(({ was }) => was !== -1));
  const rest = computed([product(input), known], (all, part) => all / part);
  if (!wanted.every(isFixed)) return copied.map((extent) => (extent.was === -1 ? rest : extent));
  return regrouped(
    input,
    copied.map(({ was }) => (was === -1 ? rest.was : was)),
  );
}

/** @param wanted lengths at the source's size */
function regrouped(input: Shape, wanted: readonly number[]): Shape | null {
  const result: Extent[] = [];
  let [read, written] = [0, 0];
  while (read < input.length && written < wanted.length) {
    const group = [input[read++] as Extent];
    const lengths = [wanted[written++] as number];
    let missing = lengths[0] / group[0].was;
    while (missing !== 1) {
      const next = missing > 1 ? input[read++] : undefined;
      if (next !== undefined) group.push(next);
      else if (missing < 1 && written < wanted.length) lengths.push(wanted[written++] as number);
      else return null;
      missing = lengths.reduce((all, length) => all * length, 1) / product(group).was;
    }
    const extents = split(group, lengths);
    if (extents === null) return null;
    result.push(...extents);
  }
  const onesLeft = input.slice(read).every(isOne) && wanted.slice(written).every((length) => length === 1);
  return onesLeft ? [...result, ...wanted.slice(written).map(fixed)] : null;
}

/** One group of dimensions as others of the same product. */
function split(group: Shape, lengths: readonly number[]): Shape | null {
  if (group.length === 1 && lengths.length === 1) return group;
  if (group.some(({ batch }) => batch)) return null;
  if (group.every(isFixed)) return lengths.map(fixed);
  const { was, now } = product(group);
  const [side] = lengths as [number];
  if (lengths.length === 1) return [{ was, now, batch: false }];
  // A joined grid taken apart again: only square ones say how.
  const nowSide = Math.round(now ** (1 / lengths.length));
  const square = lengths.every((length) => length === side) && nowSide ** lengths.length === now;
  return square ? lengths.map(() => ({ was: side, now: nowSide, batch: false })) : null;
}
