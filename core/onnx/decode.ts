import { SelfpasteError } from '../errors.ts';
import { Allowance, doubles, float, floats, integer, integers, nested, readMessage, text } from './message.ts';
import { type Attribute, DataType, type Dimension, type Graph, type Model, type Node, type Tensor, type ValueInfo } from './model.ts';
import { elementBytes } from './tensor.ts';

/**
 * Reads the bytes of an ONNX file. Field numbers are those of onnx.proto. The file is not trusted: time and memory grow with its length only,
 * and there are limits on how much it may hold (see message.ts).
 * Throws MODEL_NOT_ONNX for anything that is not one: wrong wire data, no graph or two, no operator set, impossible dimensions.
 */
export function decodeModel(bytes: Uint8Array): Model {
  return orNotOnnx(() => model(bytes, new Allowance()));
}

/** Runs a reader of ONNX bytes, and throws MODEL_NOT_ONNX for whatever it throws. */
export function orNotOnnx<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SelfpasteError(
      'MODEL_NOT_ONNX',
      `Expected an ONNX model, but the file cannot be read as one: ${why}`,
      'check the path, and export or copy the model again',
      error,
    );
  }
}

function model(bytes: Uint8Array, allowance: Allowance): Model {
  let irVersion = 0;
  let producer = '';
  const graphs: Uint8Array[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  readMessage(bytes, allowance, {
    1: integer((value) => (irVersion = value)),
    2: text((value) => (producer = value)),
    7: nested((inner) => graphs.push(inner)),
    8: nested((inner) => opsets.set(...opset(inner, allowance))),
    14: nested((inner) => metadata.set(...entry(inner, allowance))),
  });
  const [graphBytes, second] = graphs;
  if (graphBytes === undefined) throw new Error('it holds no graph');
  // Protobuf would merge them, and ONNX Runtime run what nobody here has seen.
  if (second !== undefined) throw new Error(`it holds ${graphs.length} graphs`);
  if (opsets.size === 0) throw new Error('it names no operator set');
  return { irVersion, producer, opsets, metadata, graph: graph(graphBytes, allowance) };
}

function opset(bytes: Uint8Array, allowance: Allowance): [string, number] {
  let domain = '';
  let version = 0;
  readMessage(bytes, allowance, { 1: text((value) => (domain = value)), 2: integer((value) => (version = value)) });
  return [domain, version];
}

function entry(bytes: Uint8Array, allowance: Allowance): [string, string] {
  let key = '';
  let value = '';
  readMessage(bytes, allowance, { 1: text((found) => (key = found)), 2: text((found) => (value = found)) });
  return [key, value];
}

function graph(bytes: Uint8Array, allowance: Allowance): Graph {
  let name = '';
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  readMessage(bytes, allowance, {
    1: nested((inner) => nodes.push(node(inner, allowance))),
    2: text((value) => (name = value)),
    5: nested((inner) => initializers.push(tensor(inner, allowance))),
    11: nested((inner) => inputs.push(valueInfo(inner, allowance))),
    12: nested((inner) => outputs.push(valueInfo(inner, allowance))),
  });
  return { name, nodes, initializers, inputs, outputs };
}

function node(bytes: Uint8Array, allowance: Allowance): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const texts = { name: '', opType: '', domain: '' };
  readMessage(bytes, allowance, {
    1: text((value) => inputs.push(value)),
    2: text((value) => outputs.push(value)),
    3: text((value) => (texts.name = value)),
    4: text((value) => (texts.opType = value)),
    5: nested((inner) => attributes.set(...attribute(inner, allowance))),
    7: text((value) => (texts.domain = value)),
  });
  return { ...texts, inputs, outputs, attributes };
}

/** AttributeProto.type: which of the fields holds the value. */
const AttributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

function attribute(bytes: Uint8Array, allowance: Allowance): [string, Attribute] {
  let name = '';
  let type = 0;
  let scalar: Attribute | null = null;
  const values = { floats: [] as number[], ints: [] as number[], strings: [] as string[] };
  readMessage(bytes, allowance, {
    1: text((value) => (name = value)),
    2: float((value) => (scalar = { kind: 'float', value })),
    3: integer((value) => (scalar = { kind: 'int', value })),
    4: text((value) => (scalar = { kind: 'string', value })),
    5: nested((inner) => (scalar = { kind: 'tensor', value: tensor(inner, allowance) })),
    7: floats(values.floats),
    8: integers(values.ints),
    9: text((value) => values.strings.push(value)),
    20: integer((value) => (type = value)),
  });
  if (type === AttributeType.floats) return [name, { kind: 'floats', value: values.floats }];
  if (type === AttributeType.ints) return [name, { kind: 'ints', value: values.ints }];
  if (type === AttributeType.strings) return [name, { kind: 'strings', value: values.strings }];
  return [name, scalar ?? defaultScalar(type)];
}

/** Proto3 writers leave zero values out. */
function defaultScalar(type: number): Attribute {
  if (type === AttributeType.float) return { kind: 'float', value: 0 };
  if (type === AttributeType.int) return { kind: 'int', value: 0 };
  if (type === AttributeType.string) return { kind: 'string', value: '' };
  return { kind: 'unsupported' };
}

/** Values that a writer kept apart from `raw_data`: float_data, int32_data, int64_data, double_data. */
interface LooseData {
  readonly floats: number[];
  readonly int32s: number[];
  readonly int64s: number[];
  readonly doubles: number[];
}

function tensor(bytes: Uint8Array, allowance: Allowance): Tensor {
  const dims: number[] = [];
  let dataType = 0;
  let name = '';
  let raw: Uint8Array | null = null;
  let external = false;
  const loose: LooseData = { floats: [], int32s: [], int64s: [], doubles: [] };
  readMessage(bytes, allowance, {
    1: integers(dims),
    2: integer((value) => (dataType = value)),
    4: floats(loose.floats),
    5: integers(loose.int32s),
    7: integers(loose.int64s),
    8: text((value) => (name = value)),
    9: nested((inner) => (raw = inner)),
    10: doubles(loose.doubles),
    14: integer((value) => (external = value === 1)),
  });
  checkDimensions(name, dims);
  return { name, dims, dataType, bytes: external ? null : (raw ?? looseBytes(dataType, loose)) };
}

function checkDimensions(name: string, dims: readonly number[]): void {
  if (dims.some((dim) => dim < 0)) throw new Error(`tensor ${name} has a negative dimension`);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count)) throw new Error(`tensor ${name} has more elements than can be counted`);
}

function looseBytes(dataType: number, { floats, int32s, int64s, doubles }: LooseData): Uint8Array {
  if (dataType === DataType.float32) return bytesOf(Float32Array.from(floats));
  if (dataType === DataType.int64) return bytesOf(BigInt64Array.from(int64s, BigInt));
  if (dataType === DataType.float64) return bytesOf(Float64Array.from(doubles));
  const width = elementBytes(dataType);
  if (width === 4) return bytesOf(Int32Array.from(int32s));
  return bytesOf(width === 2 ? Uint16Array.from(int32s) : Uint8Array.from(int32s));
}

function bytesOf(data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint16Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function valueInfo(bytes: Uint8Array, allowance: Allowance): ValueInfo {
  let name = '';
  let type: Pick<ValueInfo, 'dataType' | 'shape'> = { dataType: 0, shape: [] };
  readMessage(bytes, allowance, {
    1: text((value) => (name = value)),
    2: nested((inner) => (type = tensorType(inner, allowance))),
  });
  return { name, ...type };
}

/** A TypeProto; types other than tensors (sequences, maps) have no data type and no shape. */
function tensorType(bytes: Uint8Array, allowance: Allowance): Pick<ValueInfo, 'dataType' | 'shape'> {
  let dataType = 0;
  const shape: Dimension[] = [];
  const ofTensor = (inner: Uint8Array) =>
    readMessage(inner, allowance, {
      1: integer((value) => (dataType = value)),
      2: nested((dims) => readMessage(dims, allowance, { 1: nested((dim) => shape.push(dimension(dim, allowance))) })),
    });
  readMessage(bytes, allowance, { 1: nested(ofTensor) });
  return { dataType, shape };
}

function dimension(bytes: Uint8Array, allowance: Allowance): Dimension {
  let found: Dimension = null;
  readMessage(bytes, allowance, {
    // Some writers put -1 or 0 where a length is open.
    1: integer((value) => (found = value > 0 ? value : null)),
    2: text((value) => (found = value)),
  });
  return found;
}
