import type { Sample, SampleInstance } from '../core/index.ts';
import type { Anchors } from './anchors.ts';
import { assign, type ImagePrediction, type Positive } from './assigner.ts';

/** At most this many objects' anchors of an image train the masks, best anchors of all objects first. */
const MASK_POSITIVES_PER_IMAGE = 64;
/** Objects with more cells have about this many of them sampled on a lattice, so that memory does not grow with an object's area. */
const MASK_CELLS_PER_POSITIVE = 256;
/** Cells around an object's box that count as outside of it: what the mask must learn to end at. */
const MASK_MARGIN_CELLS = 1;

/**
 * A batch's targets as flat arrays for a few large operations.
 * B batch, A anchors, K classes, P positives, Q positives with a mask, N mask cells.
 */
export interface Targets {
  /** [B*A*K] soft class targets. */
  readonly classes: Float32Array;
  /** [B*A] weight of each anchor's class loss: that of the object it shall find, or of its picture's background. */
  readonly anchorWeights: Float32Array;
  /** [P] rows of [B*A, ...]. */
  readonly positiveRows: Int32Array;
  /** [P, 4] x1, y1, x2, y2 in input pixels. */
  readonly boxes: Float32Array;
  /** [P, 3] center x, center y and stride of each positive's anchor. */
  readonly anchors: Float32Array;
  /** [P] */
  readonly boxWeights: Float32Array;
  /** [N] rows of the positives [P]. */
  readonly cellPositives: Int32Array;
  /** [N] rows of the prototypes [B*h*w]. */
  readonly cellRows: Int32Array;
  /** [N] share of the cell that the object covers, 0..1. */
  readonly cellTargets: Float32Array;
  /** [N] weights that sum to 1 over the batch. */
  readonly cellWeights: Float32Array;
  /** Sum of the class targets, by which class and box losses are normalised; at least 1. */
  readonly normalizer: number;
}

/** The student's geometry that targets are laid out in. */
export interface TargetGrid {
  readonly anchors: Anchors;
  readonly classCount: number;
  /** Side of the prototype grid, in cells. */
  readonly prototypeCells: number;
}

/** Lays out a batch's targets from what the student predicts of it now. `step` moves the lattice of sampled cells; `unsupWeight` scales all that a teacher said, and the background of its pictures. */
export function layOutTargets(
  grid: TargetGrid,
  samples: readonly Sample[],
  predictions: readonly ImagePrediction[],
  { step, unsupWeight }: { readonly step: number; readonly unsupWeight: number },
): Targets {
  const { anchors, classCount } = grid;
  const classes = new Float32Array(samples.length * anchors.count * classCount);
  const anchorWeights = new Float32Array(samples.length * anchors.count).fill(1);
  const weightOf = ({ source }: SampleInstance) => (source.by === 'human' ? 1 : source.weight * unsupWeight);
  const chosen = samples.map((sample, image) => assign(anchors, predictions[image] as ImagePrediction, sample.instances));
  const rows = new PositiveRows(chosen.reduce((sum, positives) => sum + positives.length, 0));
  const cells = new CellRows();
  let normalizer = 0;
  samples.forEach((sample, image) => {
    const positives = chosen[image] as Positive[];
    const firstRow = rows.length;
    if (sample.stream === 'pseudo') anchorWeights.fill(unsupWeight, image * anchors.count, (image + 1) * anchors.count);
    for (const positive of positives) {
      const instance = sample.instances[positive.object] as SampleInstance;
      const row = image * anchors.count + positive.anchor;
      classes[row * classCount + instance.classIndex] = positive.score;
      anchorWeights[row] = weightOf(instance);
      rows.add(row, instance, positive.score * weightOf(instance), anchors, positive.anchor);
      normalizer += positive.score;
    }
    for (const { index, positive } of bestFirst(positives).slice(0, MASK_POSITIVES_PER_IMAGE)) {
      const instance = sample.instances[positive.object] as SampleInstance;
      const { rows: at, targets } = maskCells(instance, grid.prototypeCells, image, step + positive.anchor);
      cells.add(firstRow + index, at, targets, weightOf(instance));
    }
  });
  return { classes, anchorWeights, ...rows.arrays(), ...cells.arrays(), normalizer: Math.max(1, normalizer) };
}

class PositiveRows {
  length = 0;
  readonly #rows: Int32Array;
  readonly #boxes: Float32Array;
  readonly #anchors: Float32Array;
  readonly #weights: Float32Array;

  constructor(count: number) {
    this.#rows = new Int32Array(count);
    this.#boxes = new Float32Array(count * 4);
    this.#anchors = new Float32Array(count * 3);
    this.#weights = new Float32Array(count);
  }

  add(row: number, { box }: SampleInstance, weight: number, anchors: Anchors, anchor: number): void {
    const at = this.length++;
    this.#rows[at] = row;
    this.#boxes.set([box.x1, box.y1, box.x2, box.y2], at * 4);
    this.#anchors.set([anchors.x[anchor] as number, anchors.y[anchor] as number, anchors.stride[anchor] as number], at * 3);
    this.#weights[at] = weight;
  }

  arrays(): Pick<Targets, 'positiveRows' | 'boxes' | 'anchors' | 'boxWeights'> {
    return { positiveRows: this.#rows, boxes: this.#boxes, anchors: this.#anchors, boxWeights: this.#weights };
  }
}

/** Grows as objects come. Every positive weighs by its instance, not by its area; `arrays` makes the weights sum to 1. */
class CellRows {
  readonly #positives: number[] = [];
  readonly #rows: number[] = [];
  readonly #targets: number[] = [];
  readonly #weights: number[] = [];
  #total = 0;

  add(positive: number, rows: readonly number[], targets: readonly number[], weight: number): void {
    for (let at = 0; at < rows.length; at++) {
      this.#positives.push(positive);
      this.#rows.push(rows[at] as number);
      this.#targets.push(targets[at] as number);
      this.#weights.push(weight / rows.length);
    }
    this.#total += weight;
  }

  arrays(): Pick<Targets, 'cellPositives' | 'cellRows' | 'cellTargets' | 'cellWeights'> {
    const total = Math.max(this.#total, 1e-6);
    return {
      cellPositives: Int32Array.from(this.#positives),
      cellRows: Int32Array.from(this.#rows),
      cellTargets: Float32Array.from(this.#targets),
      cellWeights: Float32Array.from(this.#weights, (weight) => weight / total),
    };
  }
}

/** Positives with their places, the best anchors of all objects before the second best. */
function bestFirst(positives: readonly Positive[]): readonly { readonly index: number; readonly positive: Positive }[] {
  return positives.map((positive, index) => ({ index, positive })).sort((a, b) => a.positive.rank - b.positive.rank || a.index - b.index);
}

/** Cells of an object's box and margin, on a lattice coarse enough for the cap; `phase` shifts the lattice from step to step. */
function maskCells({ grid, coverage }: SampleInstance, side: number, image: number, phase: number): { rows: number[]; targets: number[] } {
  const left = Math.max(0, grid.x1 - MASK_MARGIN_CELLS);
  const right = Math.min(side, grid.x2 + MASK_MARGIN_CELLS);
  const top = Math.max(0, grid.y1 - MASK_MARGIN_CELLS);
  const bottom = Math.min(side, grid.y2 + MASK_MARGIN_CELLS);
  const pitch = Math.max(1, Math.ceil(Math.sqrt(((right - left) * (bottom - top)) / MASK_CELLS_PER_POSITIVE)));
  // A lattice wider than a thin object would miss it in some phases.
  const down = Math.min(pitch, bottom - top);
  const across = Math.min(pitch, right - left);
  const width = grid.x2 - grid.x1;
  const rows: number[] = [];
  const targets: number[] = [];
  for (let y = top + (phase % down); y < bottom; y += down) {
    for (let x = left + (Math.floor(phase / down) % across); x < right; x += across) {
      const inside = x >= grid.x1 && x < grid.x2 && y >= grid.y1 && y < grid.y2;
      rows.push((image * side + y) * side + x);
      targets.push(inside ? (coverage[(y - grid.y1) * width + (x - grid.x1)] as number) / 255 : 0);
    }
  }
  return { rows, targets };
}
