import { showSize } from '../core/index.ts';
import type { Contract, HeadKind, ImageInput, InputFit, ModelSignature } from './contract.ts';
import { type Overrides, readOverrides } from './contract-overrides.ts';

/** One thing that a contract says of a model, in words, and who says it. */
export interface ContractFact {
  readonly about: 'size' | 'batch' | 'resize' | 'colour' | 'values' | 'scores' | 'masks' | 'overlaps' | 'classes';
  readonly text: string;
  /** graph: the file's inputs and outputs. stated: its metadata, or the contract beside it. family: nothing; all models of the family have it so. */
  readonly source: 'graph' | 'stated' | 'family';
}

/** What a contract takes a model's input and outputs to be. Throws as readOverrides does. */
export function contractFacts({ input, classNames, head }: Contract, signature: ModelSignature): readonly ContractFact[] {
  const overrides = readOverrides(signature.metadata);
  const stated = (...keys: readonly (keyof Overrides)[]) => (keys.some((key) => overrides[key] !== undefined) ? 'stated' : 'family');
  const { scores, masks, overlaps } = meanings[head.kind];
  return [
    { about: 'size', text: sizeText(input.fit), source: hasFixedSize(input, signature) ? 'graph' : stated('imgsz', 'resize') },
    { about: 'batch', text: input.batch === null ? 'any number of pictures' : `${input.batch} a run`, source: 'graph' },
    { about: 'resize', text: resizeText(input.fit), source: stated('resize', 'pad') },
    { about: 'colour', text: input.color.toUpperCase(), source: stated('color') },
    { about: 'values', text: valuesText(input), source: input.dataType === 'uint8' ? 'graph' : stated('scale', 'mean', 'std') },
    { about: 'scores', text: scores, source: 'family' },
    { about: 'masks', text: masks, source: 'family' },
    { about: 'overlaps', text: overlaps, source: 'family' },
    { about: 'classes', text: classesText(classNames), source: stated('names') },
  ];
}

const byNms = 'of two boxes of one class, the better one stays (NMS)';
const nmsInside = 'gone already: the model did it';
const ownScore = 'as the model gives them';
const prototypes = 'coefficients times prototypes, as logits, inside the box';

const meanings: Readonly<Record<HeadKind, { readonly scores: string; readonly masks: string; readonly overlaps: string }>> = {
  'yolo-seg': { scores: 'class probabilities, without objectness', masks: prototypes, overlaps: byNms },
  'yolo-seg-nms': { scores: ownScore, masks: prototypes, overlaps: nmsInside },
  'yolov5-seg': { scores: 'objectness times class probability', masks: prototypes, overlaps: byNms },
  'torchvision-mask-rcnn': { scores: ownScore, masks: 'probabilities over the whole input', overlaps: nmsInside },
  'rtmdet-ins': { scores: ownScore, masks: 'probabilities over the whole input', overlaps: nmsInside },
  'mmdet-mask-rcnn': { scores: ownScore, masks: 'probabilities over the box or the whole input', overlaps: nmsInside },
  'rf-detr-seg': { scores: 'sigmoid of class logits', masks: 'logits over the whole input', overlaps: 'none: one query an object' },
  'detr-seg': {
    scores: 'softmax of class logits, whose last is no object',
    masks: 'logits over the whole input',
    overlaps: 'none: one query an object',
  },
  maskformer: {
    scores: 'softmax of class logits, whose last is no object, times the mean probability inside the mask',
    masks: 'logits over the whole input; the box is that of the mask',
    overlaps: 'none: one query an object',
  },
};

function hasFixedSize({ name }: ImageInput, { inputs }: ModelSignature): boolean {
  const shape = inputs.find((input) => input.name === name)?.shape ?? [];
  return shape.slice(-2).every((length) => typeof length === 'number');
}

function sizeText(fit: InputFit): string {
  if (fit.mode === 'native') return 'any';
  if (fit.mode === 'shortest-side') return `shorter side ${fit.shortest} px, longer side at most ${fit.longest} px`;
  return showSize(fit.size);
}

function resizeText(fit: InputFit): string {
  switch (fit.mode) {
    case 'letterbox':
      return `letterbox: scaled to fit, centred on grey ${fit.pad}`;
    case 'top-left':
      return `scaled to fit, at the top left, grey ${fit.pad} right and below`;
    case 'stretch':
      return 'stretched: each side on its own';
    case 'native':
      return 'none: the picture as it is';
    case 'shortest-side':
      return `scaled${fit.multiple > 1 ? `, filled up with grey ${fit.pad} to multiples of ${fit.multiple} px` : ''}`;
  }
}

/** `level / 255`, `(level / 255 - mean) / deviation` with the numbers, or parts of it. */
function valuesText({ dataType, scale, mean, deviation }: ImageInput): string {
  const level = scale === 1 ? 'level' : Math.abs(scale * 255 - 1) < 1e-6 ? 'level / 255' : `level * ${scale}`;
  const centred = mean.every((value) => value === 0) ? level : `(${level} - [${mean.join(', ')}])`;
  const scaled = deviation.every((value) => value === 1) ? centred : `${centred} / [${deviation.join(', ')}]`;
  return `${scaled}, as ${dataType}`;
}

function classesText(classNames: Contract['classNames']): string {
  const unused = classNames.flatMap((name, index) => (name === null ? [index] : []));
  const shown = `${unused.slice(0, 5).join(', ')}${unused.length > 5 ? ', …' : ''}`;
  return `${classNames.length - unused.length}${unused.length > 0 ? `; unused: ${shown}` : ''}`;
}
