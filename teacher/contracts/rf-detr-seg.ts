import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { namesWithBackground, statedNames } from './class-slots.ts';
import { type InputDefaults, imageNet, readImageInput } from './image-input.ts';
import { findOutputs, isFloat, lengthOf } from './signatures.ts';

const rfDetrInput: InputDefaults = { color: 'rgb', ...imageNet, resize: 'stretch', pad: 0, open: null };

const wanted = {
  boxes: { names: ['dets'], type: isFloat, shape: [null, null, 4] },
  logits: { names: ['labels'], type: isFloat, shape: [null, null, null] },
  masks: { names: ['masks'], type: isFloat, shape: [null, null, null, null] },
};

/**
 * Recognizes RF-DETR with masks. Boxes and classes go by name, because with four class slots they have the same shape;
 * masks also as the only output of rank 4, because old exports number it. Throws Misfit, MODEL_NO_NAMES, MODEL_CLASS_MISMATCH.
 */
export function readRfDetr(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, rfDetrInput);
  const needNames = overrides.contract === 'rf-detr-seg' ? [] : (['boxes', 'logits'] as const);
  const expected = 'float dets [B, Q, 4], labels [B, Q, K] and masks [B, Q, h, w]';
  const { tensors, names, reason } = findOutputs(signature.outputs, wanted, expected, needNames);
  const slots = lengthOf(tensors.logits, 2);
  const classNames = namesWithBackground(statedNames('rf-detr-seg', overrides), tensors.logits, slots, overrides.background);
  return {
    contract: { input, classNames, head: { kind: 'rf-detr-seg', outputs: names } },
    reasons: [reason, `${showTensor(tensors.logits)} holds one float a query and class, as RF-DETR writes its logits`],
  };
}
