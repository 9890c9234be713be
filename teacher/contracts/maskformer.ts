import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { namesBeforeNoObject, statedNames } from './class-slots.ts';
import { type InputDefaults, imageNet, readImageInput } from './image-input.ts';
import { findOutputs, isFloat } from './signatures.ts';

/** As MaskFormer's own processor has it. */
const maskFormerInput: InputDefaults = {
  color: 'rgb',
  ...imageNet,
  resize: 'top-left',
  pad: 114,
  open: { mode: 'shortest-side', shortest: 800, longest: 1333, multiple: 32, pad: 114 },
};

const wanted = {
  logits: { names: ['class_queries_logits'], type: isFloat, shape: [null, null, null] },
  masks: { names: ['masks_queries_logits'], type: isFloat, shape: [null, null, null, null] },
};

/** Recognizes MaskFormer and Mask2Former as Hugging Face names their outputs. Throws Misfit, MODEL_NO_NAMES, MODEL_CLASS_MISMATCH. */
export function readMaskFormer(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, maskFormerInput);
  const needNames = overrides.contract === 'maskformer' ? [] : (['logits', 'masks'] as const);
  const expected = 'float class_queries_logits [B, Q, K+1] and masks_queries_logits [B, Q, h, w]';
  const { tensors, names, reason } = findOutputs(signature.outputs, wanted, expected, needNames);
  const classNames = namesBeforeNoObject(statedNames('maskformer', overrides), tensors.logits);
  return {
    contract: { input, classNames, head: { kind: 'maskformer', outputs: names } },
    reasons: [reason, `the last slot of ${showTensor(tensors.logits)} is no object; boxes come from the masks`],
  };
}
