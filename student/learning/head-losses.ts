import type { Sample } from '../../core/index.ts';
import { boxLoss } from './box-loss.ts';
import { classLoss } from './class-loss.ts';
import { maskLoss } from './mask-loss.ts';
import { type TargetGrid, type Targets, targetsOf } from './targets.ts';

/** Values of a batch's head, or gradients of them. Shape letters: B batch, A anchors, K classes, R bins, M prototypes, h w their grid. */
export interface HeadArrays {
  /** [B, A, K] */
  readonly classLogits: Float32Array;
  /** [B, A, 4R] */
  readonly boxLogits: Float32Array;
  /** [B, A, M] */
  readonly coefficients: Float32Array;
  /** [B, h*w, M] */
  readonly prototypes: Float32Array;
}

/** What the student's head gave for a batch, and R and M, which the lengths do not tell. */
export interface HeadValues extends HeadArrays {
  readonly bins: number;
  readonly channels: number;
}

/** The two parts of a batch: pictures labeled by people, and by a teacher. */
type Stream = Sample['stream'];

/** Weights of the losses beside that of the classes, which is 1, and of the two parts of a batch. */
export interface LossWeights {
  readonly box: number;
  readonly dfl: number;
  readonly mask: number;
  readonly parts: Readonly<Record<Stream, number>>;
}

/**
 * Losses of one part of a batch, before their weights. `classes`: binary cross-entropy; `box`: complete IoU; `dfl`: distribution focal loss;
 * these three are sums to the sum of the positives' class targets times weights, at least 1. `mask`: cross-entropy and Dice, the mean of the
 * anchors that train masks.
 */
export interface LossNumbers {
  readonly classes: number;
  readonly box: number;
  readonly dfl: number;
  readonly mask: number;
}

/** Losses of a batch's labeled and pseudo-labeled pictures, null where it has none of them. */
export interface LossReport {
  readonly labeled: LossNumbers | null;
  readonly pseudo: LossNumbers | null;
}

/** The loss of a batch, what it is made of, and its gradient. */
export interface HeadLosses {
  readonly total: number;
  readonly report: LossReport;
  readonly gradient: HeadArrays;
}

/**
 * Losses of a batch and their gradient. `step` moves the lattice of sampled mask cells.
 * @param gradient zeros to store it in
 */
export function headLosses(
  grid: TargetGrid,
  values: HeadValues,
  samples: readonly Sample[],
  weights: LossWeights,
  step: number,
  gradient: HeadArrays = zerosLike(values),
): HeadLosses {
  const targets = batchTargets(grid, values, samples, step);
  const part = (stream: Stream) => partLosses(stream, { values, samples, targets, weights, gradient });
  const report = { labeled: part('labeled'), pseudo: part('pseudo') };
  const total = mixed(report, weights, (numbers) => weightedSum(numbers, weights));
  return { total, report, gradient };
}

/** Targets of a batch's pictures, from what the head gave for each. */
export function batchTargets(grid: TargetGrid, values: HeadValues, samples: readonly Sample[], step: number): readonly Targets[] {
  return samples.map((sample, image) => {
    const { classLogits, boxLogits } = imageOf(values, image, samples.length);
    return targetsOf(grid, { classLogits, boxLogits, bins: values.bins }, sample, step);
  });
}

/** A number of both parts, as the total counts them. */
export function mixed({ labeled, pseudo }: LossReport, { parts }: LossWeights, of: (numbers: LossNumbers) => number): number {
  return (labeled === null ? 0 : parts.labeled * of(labeled)) + (pseudo === null ? 0 : parts.pseudo * of(pseudo));
}

/** The loss of a part. */
export const weightedSum = ({ classes, box, dfl, mask }: LossNumbers, weights: LossWeights): number =>
  classes + weights.box * box + weights.dfl * dfl + weights.mask * mask;

interface BatchState {
  readonly values: HeadValues;
  readonly samples: readonly Sample[];
  readonly targets: readonly Targets[];
  readonly weights: LossWeights;
  readonly gradient: HeadArrays;
}

/** Losses of the pictures of one stream, normalised over them; stores their gradients. */
function partLosses(stream: Stream, { values, samples, targets, weights, gradient }: BatchState): LossNumbers | null {
  const images = samples.flatMap((sample, image) => (sample.stream === stream ? [image] : []));
  if (images.length === 0) return null;
  const sumOf = (of: (targets: Targets) => number) =>
    Math.max(
      1,
      images.reduce((sum, image) => sum + of(targets[image]), 0),
    );
  const [scores, masks] = [sumOf(({ scoreSum }) => scoreSum), sumOf(({ maskSum }) => maskSum)];
  const share = weights.parts[stream];
  const factors = {
    classes: share / scores,
    box: (share * weights.box) / scores,
    dfl: (share * weights.dfl) / scores,
    mask: (share * weights.mask) / masks,
  };
  const sums = { classes: 0, box: 0, dfl: 0, mask: 0 };
  for (const image of images) {
    const [own, slopes] = [imageOf(values, image, samples.length), imageOf(gradient, image, samples.length)];
    const { box, dfl } = boxLoss(own.boxLogits, values.bins, targets[image].boxes, factors, slopes.boxLogits);
    sums.classes += classLoss(own.classLogits, targets[image].classes, factors.classes, slopes.classLogits);
    sums.box += box;
    sums.dfl += dfl;
    sums.mask += maskLoss(own, values.channels, targets[image].masks, factors.mask, slopes);
  }
  return { classes: sums.classes / scores, box: sums.box / scores, dfl: sums.dfl / scores, mask: sums.mask / masks };
}

/** Views of one image's arrays. */
function imageOf(arrays: HeadArrays, image: number, batch: number): HeadArrays {
  const part = (values: Float32Array) => values.subarray((image * values.length) / batch, ((image + 1) * values.length) / batch);
  return {
    classLogits: part(arrays.classLogits),
    boxLogits: part(arrays.boxLogits),
    coefficients: part(arrays.coefficients),
    prototypes: part(arrays.prototypes),
  };
}

const zerosLike = ({ classLogits, boxLogits, coefficients, prototypes }: HeadArrays): HeadArrays => ({
  classLogits: new Float32Array(classLogits.length),
  boxLogits: new Float32Array(boxLogits.length),
  coefficients: new Float32Array(coefficients.length),
  prototypes: new Float32Array(prototypes.length),
});
