import type { ModelSignature, Recognition } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { statedNames } from './class-slots.ts';
import { type InputDefaults, readImageInput } from './image-input.ts';
import { findOutputs, isFloat, isInteger, Misfit } from './signatures.ts';

/** The model normalises and resizes by itself; doing it twice would leave it blind. Grey is what its normalisation makes 0. */
const torchvisionInput: InputDefaults = {
  color: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  resize: 'top-left',
  pad: 114,
  open: { mode: 'native' },
};

const wanted = {
  boxes: { names: ['boxes'], type: isFloat, shape: [null, 4] },
  labels: { names: ['labels'], type: isInteger, shape: [null] },
  scores: { names: ['scores'], type: isFloat, shape: [null] },
  masks: { names: ['masks'], type: isFloat, shape: [null, 1, null, null] },
};

/** Recognizes torchvision's Mask R-CNN. Throws Misfit, MODEL_NO_NAMES. */
export function readTorchvision(signature: ModelSignature, overrides: Overrides): Recognition {
  const input = readImageInput(signature, overrides, torchvisionInput, [3, 4]);
  const found = findOutputs(signature.outputs, wanted, 'float boxes [N, 4], integer labels [N], float scores [N] and masks [N, 1, H, W]');
  if (input.batch !== null && input.batch !== 1) throw new Misfit(`its outputs are of one picture, and a run takes ${input.batch}`);
  const names = statedNames('torchvision-mask-rcnn', overrides);
  // Labels count from 1, since 0 is the background; torchvision's own list of names begins with it.
  const fromOne = overrides.background !== 'none' && names[0] !== null;
  return {
    contract: {
      input: { ...input, batch: 1 },
      classNames: fromOne ? [null, ...names] : names,
      head: { kind: 'torchvision-mask-rcnn', outputs: found.names },
    },
    reasons: [found.reason, 'boxes, labels and scores have no dimension of a batch, as torchvision writes them'],
  };
}
