import { type Box, classIndex, clipBox, SelfpasteError } from '../../core/index.ts';
import type { YoloSegContract } from '../contract.ts';
import { type Prototypes, prototypeMask } from '../instance-mask.ts';
import { boxToImage, type Letterbox } from '../letterbox.ts';
import { type Candidate, nonMaxSuppression } from '../non-max-suppression.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';

/** A float32 output: `dims` outermost first, batch of one. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * Objects of one picture from the two outputs of a YOLO-seg model, by falling score.
 * One candidate an anchor, of its best class; class-aware NMS; masks cut to their boxes; what has no mask is no detection.
 * Throws MODEL_NOT_FINITE where an output holds NaN or infinity.
 */
export function decodeYoloSeg(
  contract: YoloSegContract,
  outputs: ReadonlyMap<string, OutputTensor>,
  letterbox: Letterbox,
  settings: DetectionSettings,
): readonly Detection[] {
  const rows = finite(contract.detectionsName, outputs);
  const prototypes = asPrototypes(finite(contract.prototypesName, outputs));
  const kept = nonMaxSuppression(findCandidates(rows, contract.classNames.length, settings.floor), settings.nmsIou, settings.maxDetections);
  return kept.flatMap(({ classIndex: best, score, box: inputBox, anchor }) => {
    const box = clipBox(boxToImage(inputBox, letterbox), letterbox.image);
    const coefficients = column(rows, anchor, 4 + contract.classNames.length, contract.maskCoefficients);
    const mask = prototypeMask(coefficients, prototypes, box, letterbox);
    return mask === null ? [] : [{ classIndex: classIndex(best), score, box, mask }];
  });
}

/** One candidate for each anchor whose best class reaches the floor; boxes in input pixels. */
function findCandidates(rows: OutputTensor, classes: number, floor: number): Candidate[] {
  const anchors = rows.dims[2];
  const { score, best } = bestClasses(rows, classes);
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < anchors; anchor++) {
    if (score[anchor] >= floor) candidates.push({ classIndex: best[anchor], score: score[anchor], box: anchorBox(rows, anchor), anchor });
  }
  return candidates;
}

/** Highest probability and its class for each anchor; class by class, because that is how they lie in memory. */
function bestClasses({ dims, data }: OutputTensor, classes: number): { readonly score: Float32Array; readonly best: Uint16Array } {
  const anchors = dims[2];
  const score = data.slice(4 * anchors, 5 * anchors);
  const best = new Uint16Array(anchors);
  for (let index = 1, at = 5 * anchors; index < classes; index++) {
    for (let anchor = 0; anchor < anchors; anchor++, at++) {
      if (data[at] <= score[anchor]) continue;
      score[anchor] = data[at];
      best[anchor] = index;
    }
  }
  return { score, best };
}

function anchorBox(rows: OutputTensor, anchor: number): Box {
  const [x, y, width, height] = column(rows, anchor, 0, 4);
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

/** `count` values of one anchor, from row `first` on. */
function column({ dims, data }: OutputTensor, anchor: number, first: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let row = 0; row < count; row++) values[row] = data[(first + row) * dims[2] + anchor];
  return values;
}

function asPrototypes({ dims, data }: OutputTensor): Prototypes {
  return { size: { width: dims[3], height: dims[2] }, data };
}

/** The named output, whose numbers are all finite: only NaN and infinity less themselves are not 0. */
function finite(name: string, outputs: ReadonlyMap<string, OutputTensor>): OutputTensor {
  const tensor = outputs.get(name) as OutputTensor;
  const { data, dims } = tensor;
  for (let at = 0; at < data.length; at++) if (data[at] - data[at] !== 0) throw notFinite(name, dims);
  return tensor;
}

function notFinite(name: string, dims: readonly number[]): SelfpasteError {
  return new SelfpasteError(
    'MODEL_NOT_FINITE',
    `Expected finite numbers in the model's output ${name} [${dims.join(', ')}], got NaN or infinity`,
    'export the model again in float32, or use an earlier checkpoint of it: its weights have probably diverged',
  );
}
