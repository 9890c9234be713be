import { lossKernel } from './loss-kernel.ts';
import type { MaskCells } from './mask-cells.ts';

/** One object's mask, and the anchors that shall say it. */
export interface MaskTarget {
  readonly cells: MaskCells;
  readonly anchors: readonly number[];
  /** Of each of the anchors. */
  readonly weight: number;
}

/** What masks of an image are made of, or gradients of that. Shape letters: A anchors, M prototypes, h w their grid. */
export interface MaskValues {
  /** [A, M] */
  readonly coefficients: Float32Array;
  /** [h*w, M] */
  readonly prototypes: Float32Array;
}

/** Channels of a prototype in the kernel's memory come in lines of the cache. */
const LINE = 16;

/**
 * Loss of an image's masks, the sigmoid of coefficients times prototypes, summed with the anchors' weights: half the mean binary
 * cross-entropy of an object's cells, half its Dice loss with squares in the denominator (Milletari et al., "V-Net", 3DV 2016,
 * section 3) and one cell added above and below: 1 - (2 sum pt + 1) / (sum pp + sum tt + 1), which is 0 where p is t, for shares t too.
 * Stores `factor` times the gradient in `gradient`.
 */
export function maskLoss(
  values: MaskValues,
  channels: number,
  targets: readonly MaskTarget[],
  factor: number,
  gradient: MaskValues,
): number {
  if (targets.length === 0) return 0;
  const kernel = lossKernel();
  const room = Math.ceil(channels / LINE) * LINE;
  const rows = values.prototypes.length / channels;
  const most = Math.max(...targets.map(({ cells }) => cells.places.length));
  const [prototypes, slopes, one, oneSlopes, places, wanted, work] = kernel.layOut(rows * room, rows * room, room, room, most, most, most);
  const addresses = new Uint32Array(places.buffer, places.byteOffset, most);
  copyRows(values.prototypes, channels, prototypes, room);
  slopes.fill(0);
  one.fill(0);
  let loss = 0;
  for (const { cells, anchors, weight } of targets) {
    cells.places.forEach((place, at) => {
      addresses[at] = place * room * Float32Array.BYTES_PER_ELEMENT;
    });
    wanted.set(cells.targets);
    for (const anchor of anchors) {
      one.set(values.coefficients.subarray(anchor * channels, (anchor + 1) * channels));
      const of = (array: Float32Array) => array.byteOffset;
      const fixed = [of(prototypes), room, weight * factor, of(work), of(oneSlopes), of(slopes)] as const;
      loss += weight * kernel.run.maskLoss(of(places), of(wanted), cells.places.length, of(one), ...fixed);
      gradient.coefficients.set(oneSlopes.subarray(0, channels), anchor * channels);
    }
  }
  copyRows(slopes, room, gradient.prototypes, channels);
  return loss;
}

/** Copies rows of one length to rows of another; what is longer is 0 there, or left behind. */
function copyRows(source: Float32Array, width: number, target: Float32Array, targetWidth: number): void {
  if (width === targetWidth) {
    target.set(source);
    return;
  }
  if (width < targetWidth) target.fill(0);
  const common = Math.min(width, targetWidth);
  for (let from = 0, to = 0; from < source.length; from += width, to += targetWidth) target.set(source.subarray(from, from + common), to);
}
