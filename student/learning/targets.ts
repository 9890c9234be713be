import type { Box, IgnoredRegion, Sample, SampleInstance } from '../../core/index.ts';
import type { Anchors } from './anchors.ts';
import { assign, candidateAnchors, forEachInside, type Positive } from './assigner.ts';
import { boxesAt, distancesOf } from './box-distributions.ts';
import type { BoxTargets } from './box-loss.ts';
import type { ClassTargets } from './class-loss.ts';
import { maskCells } from './mask-cells.ts';
import type { MaskTarget } from './mask-loss.ts';

/** At most this many anchors of an image train the masks, best anchors of all objects first. */
const MASK_POSITIVES_PER_IMAGE = 64;
/** Coverage from which an anchor's cell belongs to an ignored region: a half. */
const IGNORED_COVERAGE = 128;

/** The student's geometry that targets are laid out in. */
export interface TargetGrid {
  readonly anchors: Anchors;
  readonly classCount: number;
  /** Side of the prototype grid, in cells. */
  readonly prototypeCells: number;
}

/** What an image's head values should be. */
export interface Targets {
  readonly classes: ClassTargets;
  readonly boxes: BoxTargets;
  readonly masks: readonly MaskTarget[];
  /**
   * Sum of the class targets: what class and box losses are normalised by. Without the objects' weights, which would cancel there: a label
   * of little weight shall teach little.
   */
  readonly scoreSum: number;
  /** Number of the anchors that train masks: what mask losses are normalised by. */
  readonly maskSum: number;
}

/** What the student says of one image now: [A, K] and [A, 4R]. */
export interface ImageLogits {
  readonly classLogits: Float32Array;
  readonly boxLogits: Float32Array;
  readonly bins: number;
}

/** Lays out an image's targets from what the student predicts of it now. `step` moves the lattice of sampled mask cells. */
export function targetsOf(grid: TargetGrid, { classLogits, boxLogits, bins }: ImageLogits, sample: Sample, step: number): Targets {
  const { anchors, classCount } = grid;
  const candidates = candidateAnchors(anchors, sample.instances);
  const boxes = boxesAt(anchors, distancesOf(boxLogits, bins, candidates), candidates);
  const positives = assign(anchors, { classLogits, classCount, boxes }, sample.instances);
  const weights = sample.instances.map(weightOf);
  const masks = maskTargets(grid, sample.instances, positives, weights, step);
  return {
    classes: classTargets(grid, sample, positives, weights),
    boxes: boxTargets(anchors, sample.instances, positives, weights),
    masks,
    scoreSum: positives.reduce((sum, { score }) => sum + score, 0),
    maskSum: masks.reduce((sum, mask) => sum + mask.anchors.length, 0),
  };
}

const weightOf = ({ source }: SampleInstance): number => (source.by === 'human' ? 1 : source.weight);

function classTargets(grid: TargetGrid, sample: Sample, positives: readonly Positive[], weights: readonly number[]): ClassTargets {
  const anchorWeights = new Float32Array(grid.anchors.count).fill(1);
  for (const region of sample.ignored) ignore(grid, region, anchorWeights);
  for (const { anchor, object } of positives) anchorWeights[anchor] = weights[object];
  return {
    anchorWeights,
    places: Int32Array.from(positives.map(({ anchor, object }) => anchor * grid.classCount + sample.instances[object].classIndex)),
    scores: Float64Array.from(positives.map(({ score }) => score)),
  };
}

/** Anchors whose centers lie in a region weigh nothing. */
function ignore({ anchors, prototypeCells }: TargetGrid, { box, grid, coverage }: IgnoredRegion, anchorWeights: Float32Array): void {
  const finest = anchors.levels[0];
  const cellPx = (finest.stride * finest.cells) / prototypeCells;
  const isCovered = (x: number, y: number): boolean =>
    isInside(grid, x, y) && coverage[(y - grid.y1) * (grid.x2 - grid.x1) + (x - grid.x1)] >= IGNORED_COVERAGE;
  for (const level of anchors.levels) {
    forEachInside(level, box, (anchor) => {
      if (isCovered(Math.floor(anchors.x[anchor] / cellPx), Math.floor(anchors.y[anchor] / cellPx))) anchorWeights[anchor] = 0;
    });
  }
}

const isInside = ({ x1, y1, x2, y2 }: Box, x: number, y: number): boolean => x >= x1 && x < x2 && y >= y1 && y < y2;

function boxTargets(
  { x, y, stride }: Anchors,
  instances: readonly SampleInstance[],
  positives: readonly Positive[],
  weights: readonly number[],
): BoxTargets {
  const distances = new Float64Array(positives.length * 4);
  positives.forEach(({ anchor, object }, at) => {
    const { box } = instances[object];
    distances[at * 4] = (x[anchor] - box.x1) / stride[anchor];
    distances[at * 4 + 1] = (y[anchor] - box.y1) / stride[anchor];
    distances[at * 4 + 2] = (box.x2 - x[anchor]) / stride[anchor];
    distances[at * 4 + 3] = (box.y2 - y[anchor]) / stride[anchor];
  });
  return {
    anchors: Int32Array.from(positives.map(({ anchor }) => anchor)),
    distances,
    weights: Float64Array.from(positives.map(({ score, object }) => score * weights[object])),
  };
}

/** Masks of the objects that have an anchor among the best ones. All anchors of an object learn the same cells. */
function maskTargets(
  { prototypeCells }: TargetGrid,
  instances: readonly SampleInstance[],
  positives: readonly Positive[],
  weights: readonly number[],
  step: number,
): MaskTarget[] {
  const best = [...positives].sort((a, b) => a.rank - b.rank || a.object - b.object).slice(0, MASK_POSITIVES_PER_IMAGE);
  return instances.flatMap((instance, index) => {
    const anchors = best.filter(({ object }) => object === index).map(({ anchor }) => anchor);
    if (anchors.length === 0) return [];
    return [{ cells: maskCells(instance, prototypeCells, step), anchors, weight: weights[index] }];
  });
}
