import type { Tensor } from 'onnxruntime-node';
import { SelfpasteError } from '../../core/index.ts';
import { float16Values } from '../input/float16.ts';
import { areFinite } from './scan.ts';

/** An output of a run as float32: `dims` outermost first, with a batch of one or none. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The outputs of one picture by name. */
export type Outputs = ReadonlyMap<string, OutputTensor>;

/** The named output, of the expected shape, where null is any length. Throws MODEL_BAD_OUTPUT. */
export function outputOf(outputs: Outputs, name: string, shape: readonly (number | null)[]): OutputTensor {
  // The session asks for every output that the contract names.
  const tensor = outputs.get(name) as OutputTensor;
  const { dims } = tensor;
  const fits = dims.length === shape.length && shape.every((length, at) => length === null || length === dims[at]);
  if (!fits) throw badOutput(name, dims, `the shape [${shape.map((length) => length ?? '?').join(', ')}]`);
  return tensor;
}

/** As {@link outputOf}, of finite numbers alone. Throws MODEL_NOT_FINITE too. */
export function finiteOutput(outputs: Outputs, name: string, shape: readonly (number | null)[]): OutputTensor {
  const tensor = outputOf(outputs, name, shape);
  checkFinite(name, tensor);
  return tensor;
}

/** Checks the values from `start` to `end`. Throws MODEL_NOT_FINITE. */
export function checkFinite(name: string, { dims, data }: OutputTensor, start = 0, end = data.length): void {
  if (!areFinite(data.subarray(start, end))) throw notFinite(name, dims);
}

export function notFinite(name: string, dims: readonly number[]): SelfpasteError {
  return new SelfpasteError(
    'MODEL_NOT_FINITE',
    `Expected finite numbers in the model's output ${name} [${dims.join(', ')}], got NaN or infinity`,
    'export the model again in float32, or use an earlier checkpoint of it: its weights have probably diverged',
  );
}

/** An output of a run in float32. Throws MODEL_BAD_OUTPUT for numbers of another kind. */
export function asOutput(name: string, { dims, data, type }: Tensor): OutputTensor {
  switch (type) {
    case 'float32':
      return { dims, data: data as Float32Array };
    case 'float16':
      return { dims, data: float16Values(data as unknown as Uint16Array) };
    case 'int64':
      return { dims, data: Float32Array.from(data as BigInt64Array, Number) };
    case 'float64':
    case 'int32':
    case 'uint8':
    case 'int8':
    case 'bool':
      return { dims, data: Float32Array.from(data as Uint8Array) };
    default:
      throw badOutput(name, dims, `numbers of a type that selfpaste reads, got ${type}`);
  }
}

/** What a run says of one of its pictures; a run of one may leave out the dimension of the batch. */
export function outputsOfPicture(outputs: Outputs, picture: number, count: number): Outputs {
  if (count === 1) return outputs;
  return new Map([...outputs].map(([name, tensor]) => [name, pictureOf(name, tensor, picture, count)]));
}

function pictureOf(name: string, { dims, data }: OutputTensor, picture: number, count: number): OutputTensor {
  if (dims[0] !== count) throw badOutput(name, dims, `a first dimension of ${count}, one for each picture`);
  const each = data.length / count;
  return { dims: [1, ...dims.slice(1)], data: data.subarray(picture * each, (picture + 1) * each) };
}

/** An output that contradicts the contract, which only a run could show. @param expected what it had to be. */
export function badOutput(name: string, dims: readonly number[], expected: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_BAD_OUTPUT',
    `Expected ${expected} in the model's output ${name} [${dims.join(', ')}]`,
    'check with `selfpaste teacher probe` what the model was taken for, and state the right contract in NAME.contract.json beside NAME.onnx',
  );
}
