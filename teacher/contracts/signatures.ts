import { onnx } from '../../core/index.ts';
import { showTensor, type TensorSignature } from '../contract.ts';

/** Thrown by a reader: the model does not follow its contract, and why. */
export class Misfit extends Error {}

export const isFloat = ({ dataType }: TensorSignature): boolean => dataType === onnx.DataType.float32 || dataType === onnx.DataType.float16;
export const isInteger = ({ dataType }: TensorSignature): boolean => dataType === onnx.DataType.int64 || dataType === onnx.DataType.int32;
export const isAny = (): boolean => true;

/** One output that a contract needs: the names that exporters give it, its type, and its shape, where null is any length. */
export interface Wanted {
  readonly names: readonly string[];
  readonly type: (tensor: TensorSignature) => boolean;
  readonly shape: readonly (number | null)[];
}

export interface Found<Role extends string> {
  readonly tensors: Readonly<Record<Role, TensorSignature>>;
  readonly names: Readonly<Record<Role, string>>;
  readonly reason: string;
}

/**
 * Finds a contract's outputs: by name, or where an exporter renamed one, as the only output left of its type and shape.
 * @param wanted those of the most telling shape first. @param expected the outputs in words.
 * @param needNames roles whose shape says too little: these go by name alone. Throws Misfit.
 */
export function findOutputs<Role extends string>(
  outputs: readonly TensorSignature[],
  wanted: Readonly<Record<Role, Wanted>>,
  expected: string,
  needNames: readonly NoInfer<Role>[] = [],
): Found<Role> {
  const roles = Object.entries<Wanted>(wanted) as [Role, Wanted][];
  const found = new Map<Role, TensorSignature>();
  for (const [role, one] of roles) {
    const named = outputs.find((output) => one.names.includes(output.name) && matches(output, one));
    if (named !== undefined) found.set(role, named);
  }
  const byName = found.size === roles.length;
  for (const [role, one] of roles) {
    if (found.has(role)) continue;
    const taken = [...found.values()];
    const alike = outputs.filter((output) => !taken.includes(output) && matches(output, one));
    if (alike.length !== 1 || needNames.includes(role)) throw new Misfit(`its outputs are ${showAll(outputs)}, not ${expected}`);
    found.set(role, alike[0]);
  }
  const tensors = Object.fromEntries(roles.map(([role]) => [role, found.get(role)])) as Record<Role, TensorSignature>;
  return {
    tensors,
    names: Object.fromEntries(roles.map(([role]) => [role, tensors[role].name])) as Record<Role, string>,
    reason: `outputs ${showAll(Object.values(tensors))} were chosen by their ${byName ? 'names' : 'types and shapes, which only they have'}`,
  };
}

/** Lengths that the file leaves open fit any. */
function matches(tensor: TensorSignature, { type, shape }: Wanted): boolean {
  return (
    type(tensor) &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((length, at) => shape[at] === null || typeof length !== 'number' || length === shape[at])
  );
}

export const showAll = (tensors: readonly TensorSignature[]): string => tensors.map(showTensor).join(' and ') || 'none';

/** A length that the file states, or null. */
export const lengthOf = ({ shape }: TensorSignature, at: number): number | null => {
  const length = shape[at];
  return typeof length === 'number' ? length : null;
};
