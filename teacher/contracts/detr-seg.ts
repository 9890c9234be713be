import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { namesBeforeNoObject, statedNames } from './class-slots.ts';
import { type InputDefaults, imageNet, readImageInput } from './image-input.ts';
import { findOutputs, isFloat } from './signatures.ts';

/** As DETR's own processor has it. */
const detrInput: InputDefaults = {
  color: 'rgb',
  ...imageNet,
  resize: 'top-left',
  pad: 114,
  open: { mode: 'shortest-side', shortest: 800, longest: 1333, multiple: 1, pad: 114 },
};

const wanted = {
  boxes: { names: ['pred_boxes'], type: isFloat, shape: [null, null, 4] },
  logits: { names: ['logits'], type: isFloat, shape: [null, null, null] },
  masks: { names: ['pred_masks'], type: isFloat, shape: [null, null, null, null] },
};

/** Recognizes DETR with masks as Hugging Face's exporters write it, by the names of its outputs. Throws Misfit, MODEL_NO_NAMES, MODEL_CLASS_MISMATCH. */
export function readDetr(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, detrInput);
  const needNames = overrides.contract === 'detr-seg' ? [] : (['boxes', 'logits', 'masks'] as const);
  const expected = 'float logits [B, Q, K+1], pred_boxes [B, Q, 4] and pred_masks [B, Q, h, w]';
  const { tensors, names, reason } = findOutputs(signature.outputs, wanted, expected, needNames);
  const classNames = namesBeforeNoObject(statedNames('detr-seg', overrides), tensors.logits);
  return {
    contract: { input, classNames, head: { kind: 'detr-seg', outputs: names } },
    reasons: [reason, `the last slot of ${showTensor(tensors.logits)} is no object, as in DETR`],
  };
}
