import { SelfpasteError } from '../../core/index.ts';
import { type HeadKind, showTensor, type TensorSignature } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { lengthOf } from './signatures.ts';

type Names = readonly (string | null)[];

/** Names that a family never writes into its files. Throws MODEL_NO_NAMES: class numbers for names would be wrong without a sign. */
export function statedNames(kind: HeadKind, { names }: Overrides): Names {
  if (names !== undefined) return names;
  throw new SelfpasteError(
    'MODEL_NO_NAMES',
    `Expected class names for the model, got none: it looks like ${kind}, and such files hold only class numbers`,
    'write them in the order of the numbers into NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}

/** As many names as a model has slots. Throws MODEL_CLASS_MISMATCH, which shows where the slots were counted. */
export function checkNameCount(names: Names, slots: number, counted: string): Names {
  if (names.length === slots) return names;
  throw new SelfpasteError(
    'MODEL_CLASS_MISMATCH',
    `Expected ${slots} names for the model's metadata key 'names', got ${names.length} (number): ${counted}`,
    'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}

/** Names for every slot of the class logits, one of which may be the background. Throws MODEL_CLASS_MISMATCH. */
export function namesWithBackground(
  names: Names,
  logits: TensorSignature,
  slots: number | null,
  background: Overrides['background'],
): Names {
  if (slots === null || names.length === slots || background === 'none')
    return checkNameCount(names, slots ?? names.length, counts(logits));
  if (names.length !== slots - 1) throw slotMismatch(names, logits, slots);
  return background === 'first' ? [null, ...names] : [...names, null];
}

const counts = (logits: TensorSignature): string => `${showTensor(logits)} has one slot a class`;

function slotMismatch(names: Names, logits: TensorSignature, slots: number): SelfpasteError {
  return new SelfpasteError(
    'MODEL_CLASS_MISMATCH',
    `Expected ${slots} names, or ${slots - 1} and a background, for the model's metadata key 'names', got ${names.length} (number): ${counts(logits)}`,
    'name every slot in a file NAME.contract.json beside NAME.onnx, with null where a number is unused: {"names": [null, "person", "bicycle"]}',
  );
}

/** Names for the slots of class logits whose last is no object. Throws MODEL_CLASS_MISMATCH. */
export function namesBeforeNoObject(names: Names, logits: TensorSignature): Names {
  const slots = lengthOf(logits, 2);
  if (slots === null) return names;
  const named = names.length === slots && names[slots - 1] === null ? names.slice(0, -1) : names;
  return checkNameCount(named, slots - 1, `${showTensor(logits)} has one slot a class and a last one for no object`);
}
