/**
 * An ONNX file as values: the part of onnx.proto (IR version 8 and neighbours) that teachers and students use.
 * Graphs with subgraphs (If, Loop, Scan) decode with those attributes marked `unsupported`; they run in ONNX Runtime, not in the student.
 */
export interface Model {
  readonly irVersion: number;
  readonly producer: string;
  /** Version of each operator set by domain; '' is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface Node {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** Names of values; '' is an optional input that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'unsupported' };

/** Element types by their number in onnx.proto (TensorProto.DataType). */
export const DataType = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11 } as const;
export type DataType = (typeof DataType)[keyof typeof DataType];

/** `dims` outermost first. `bytes` are the little-endian elements, or null where they lie in another file (external data). */
export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** A {@link DataType}, or another number of onnx.proto. */
  readonly dataType: number;
  readonly bytes: Uint8Array | null;
}

/** A dimension is a number, a name (dynamic), or null (unknown). */
export type Dimension = number | string | null;

export interface ValueInfo {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly Dimension[];
}

export const float = (value: number): Attribute => ({ kind: 'float', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });

export function floatTensor(name: string, dims: readonly number[], values: Float32Array): Tensor {
  return { name, dims, dataType: DataType.float32, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

export function intTensor(name: string, dims: readonly number[], values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, BigInt);
  return { name, dims, dataType: DataType.int64, bytes: new Uint8Array(data.buffer) };
}
