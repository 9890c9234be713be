import { type Size, sameSize } from '../../core/index.ts';
import { type ImageInput, type MmdetHead, type ModelSignature, type Recognition, showTensor, type TensorSignature } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { statedNames } from './class-slots.ts';
import { type InputDefaults, readImageInput } from './image-input.ts';
import { type Found, findOutputs, isAny, isFloat, isInteger, lengthOf, Misfit } from './signatures.ts';

/** mmdetection's normalisation of levels 0..255, in BGR; it is trained on grey or black padding. */
const rtmdetInput: InputDefaults = {
  color: 'bgr',
  scale: 1,
  mean: [103.53, 116.28, 123.675],
  deviation: [57.375, 57.12, 58.395],
  resize: 'top-left',
  pad: 114,
  open: { mode: 'top-left', size: { width: 640, height: 640 }, pad: 114 },
};

const maskRcnnInput: InputDefaults = {
  color: 'rgb',
  scale: 1,
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
  resize: 'top-left',
  pad: 114,
  open: { mode: 'shortest-side', shortest: 800, longest: 1333, multiple: 32, pad: 114 },
};

const wanted = {
  detections: { names: ['dets'], type: isFloat, shape: [null, null, 5] },
  labels: { names: ['labels'], type: isInteger, shape: [null, null] },
  masks: { names: ['masks'], type: isAny, shape: [null, null, null, null] },
};

/** Recognizes MMDeploy's RTMDet-ins, whose masks cover the input. Throws Misfit, MODEL_NO_NAMES. */
export function readRtmdetIns(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, rtmdetInput);
  const found = findMmdet(signature);
  const { masks } = found.tensors;
  if (space(masks, input) === 'box') throw new Misfit(`${showTensor(masks)} does not cover the input`);
  return recognition('rtmdet-ins', input, found, overrides, 'over the whole input');
}

/** Recognizes MMDeploy's Mask R-CNN and its relatives, whose masks cover the input, or each its box. Throws Misfit, MODEL_NO_NAMES. */
export function readMmdetMaskRcnn(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, maskRcnnInput);
  const found = findMmdet(signature);
  const where = { input: 'over the whole input', box: 'over its box', open: 'over the whole input or over its box: a run tells' };
  return recognition('mmdet-mask-rcnn', input, found, overrides, where[space(found.tensors.masks, input)]);
}

type MmdetOutputs = Found<keyof typeof wanted>;

const findMmdet = ({ outputs }: ModelSignature): MmdetOutputs =>
  findOutputs(outputs, wanted, 'float dets [B, N, 5], integer labels [B, N] and masks [B, N, h, w]');

/** What the masks cover, as far as the file says. */
function space(masks: TensorSignature, { fit }: ImageInput): 'input' | 'box' | 'open' {
  const [height, width] = [lengthOf(masks, 2), lengthOf(masks, 3)];
  if (height === null || width === null) return 'open';
  return 'size' in fit && sameSize(fit.size, { width, height } satisfies Size) ? 'input' : 'box';
}

function recognition(kind: MmdetHead['kind'], input: ImageInput, found: MmdetOutputs, overrides: Overrides, where: string): Recognition {
  const { color } = input;
  return {
    contract: { input, classNames: statedNames(kind, overrides), head: { kind, outputs: found.names } },
    reasons: [
      found.reason,
      'a detection has five numbers, two corners and the score, and its label is an integer, as MMDeploy writes them',
      `each mask of ${showTensor(found.tensors.masks)} lies ${where}`,
      `the input is taken for ${color.toUpperCase()}${overrides.color === undefined ? ', as this family is trained' : ", as 'color' states"}`,
    ],
  };
}
