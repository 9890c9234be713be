import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SelfpasteError } from '../errors.ts';
import { type Attribute, DataType, type Dimension, type Graph, type Model, type Node, type Tensor, type ValueInfo } from './model.ts';
import { elementBytes } from './tensor.ts';

/**
 * Reads the bytes of an ONNX file. Field numbers are those of onnx.proto.
 * Throws MODEL_NOT_ONNX for anything that is not one: wrong wire data, no graph, no operator set.
 */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    return model(bytes);
  } catch (error) {
    if (error instanceof SelfpasteError) throw error;
    throw notOnnx(error instanceof Error ? error.message : String(error));
  }
}

/** Handles one field; true when it has read the field's value. */
type FieldReader = (field: number, reader: BinaryReader, wire: WireType) => boolean;

function message(bytes: Uint8Array, read: FieldReader): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!read(field, reader, wire)) reader.skip(wire, field);
  }
}

function model(bytes: Uint8Array): Model {
  let irVersion = 0;
  let producer = '';
  let graphBytes: Uint8Array | null = null;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  message(bytes, (field, reader, wire) => {
    if (field === 1 && wire === WireType.Varint) irVersion = integer(reader);
    else if (field === 2 && wire === WireType.LengthDelimited) producer = reader.string();
    else if (field === 7 && wire === WireType.LengthDelimited) graphBytes = reader.bytes();
    else if (field === 8 && wire === WireType.LengthDelimited) opsets.set(...opset(reader.bytes()));
    else if (field === 14 && wire === WireType.LengthDelimited) metadata.set(...entry(reader.bytes()));
    else return false;
    return true;
  });
  if (graphBytes === null || opsets.size === 0) throw notOnnx(graphBytes === null ? 'it holds no graph' : 'it names no operator set');
  return { irVersion, producer, opsets, metadata, graph: graph(graphBytes) };
}

function opset(bytes: Uint8Array): [string, number] {
  let domain = '';
  let version = 0;
  message(bytes, (field, reader) => {
    if (field === 1) domain = reader.string();
    else if (field === 2) version = integer(reader);
    else return false;
    return true;
  });
  return [domain, version];
}

function entry(bytes: Uint8Array): [string, string] {
  let key = '';
  let value = '';
  message(bytes, (field, reader) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return [key, value];
}

function graph(bytes: Uint8Array): Graph {
  let name = '';
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  message(bytes, (field, reader) => {
    if (field === 1) nodes.push(node(reader.bytes()));
    else if (field === 2) name = reader.string();
    else if (field === 5) initializers.push(tensor(reader.bytes()));
    else if (field === 11) inputs.push(valueInfo(reader.bytes()));
    else if (field === 12) outputs.push(valueInfo(reader.bytes()));
    else return false;
    return true;
  });
  return { name, nodes, initializers, inputs, outputs };
}

function node(bytes: Uint8Array): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const texts = { name: '', opType: '', domain: '' };
  message(bytes, (field, reader) => {
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 3) texts.name = reader.string();
    else if (field === 4) texts.opType = reader.string();
    else if (field === 5) attributes.set(...attribute(reader.bytes()));
    else if (field === 7) texts.domain = reader.string();
    else return false;
    return true;
  });
  return { ...texts, inputs, outputs, attributes };
}

/** AttributeProto.type: which of the fields holds the value. */
const AttributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

function attribute(bytes: Uint8Array): [string, Attribute] {
  let name = '';
  let type = 0;
  let scalar: Attribute | null = null;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  message(bytes, (field, reader, wire) => {
    if (field === 1) name = reader.string();
    else if (field === 2) scalar = { kind: 'float', value: reader.float() };
    else if (field === 3) scalar = { kind: 'int', value: integer(reader) };
    else if (field === 4) scalar = { kind: 'string', value: reader.string(false) };
    else if (field === 5) scalar = { kind: 'tensor', value: tensor(reader.bytes()) };
    else if (field === 7) repeated(reader, wire, floats, (r) => r.float());
    else if (field === 8) repeated(reader, wire, ints, integer);
    else if (field === 9) strings.push(reader.string(false));
    else if (field === 20) type = integer(reader);
    else return false;
    return true;
  });
  if (type === AttributeType.floats) return [name, { kind: 'floats', value: floats }];
  if (type === AttributeType.ints) return [name, { kind: 'ints', value: ints }];
  if (type === AttributeType.strings) return [name, { kind: 'strings', value: strings }];
  return [name, scalar ?? defaultScalar(type)];
}

/** Proto3 writers leave zero values out. */
function defaultScalar(type: number): Attribute {
  if (type === AttributeType.float) return { kind: 'float', value: 0 };
  if (type === AttributeType.int) return { kind: 'int', value: 0 };
  if (type === AttributeType.string) return { kind: 'string', value: '' };
  return { kind: 'unsupported' };
}

/** Values that a writer kept apart from `raw_data`, by field: float_data, int32_data, int64_data, double_data. */
interface LooseData {
  readonly floats: number[];
  readonly int32s: number[];
  readonly int64s: number[];
  readonly doubles: number[];
}

function tensor(bytes: Uint8Array): Tensor {
  const dims: number[] = [];
  let dataType = 0;
  let name = '';
  let raw: Uint8Array | null = null;
  let external = false;
  const loose: LooseData = { floats: [], int32s: [], int64s: [], doubles: [] };
  message(bytes, (field, reader, wire) => {
    if (field === 1) repeated(reader, wire, dims, integer);
    else if (field === 2) dataType = integer(reader);
    else if (field === 4) repeated(reader, wire, loose.floats, (r) => r.float());
    else if (field === 5) repeated(reader, wire, loose.int32s, (r) => r.int32());
    else if (field === 7) repeated(reader, wire, loose.int64s, integer);
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
    else if (field === 10) repeated(reader, wire, loose.doubles, (r) => r.double());
    else if (field === 14) external = integer(reader) === 1;
    else return false;
    return true;
  });
  if (dims.some((dim) => dim < 0)) throw notOnnx(`tensor ${name} has a negative dimension`);
  return { name, dims, dataType, bytes: external ? null : (raw ?? looseBytes(dataType, loose)) };
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

function valueInfo(bytes: Uint8Array): ValueInfo {
  let name = '';
  let type: Uint8Array = new Uint8Array();
  message(bytes, (field, reader) => {
    if (field === 1) name = reader.string();
    else if (field === 2) type = reader.bytes();
    else return false;
    return true;
  });
  return { name, ...tensorType(type) };
}

function tensorType(type: Uint8Array): Pick<ValueInfo, 'dataType' | 'shape'> {
  let dataType = 0;
  const shape: Dimension[] = [];
  message(type, (field, reader, wire) => {
    if (field !== 1 || wire !== WireType.LengthDelimited) return false;
    message(reader.bytes(), (inner, tensorReader) => {
      if (inner === 1) dataType = integer(tensorReader);
      else if (inner === 2) shape.push(...dimensions(tensorReader.bytes()));
      else return false;
      return true;
    });
    return true;
  });
  return { dataType, shape };
}

function dimensions(bytes: Uint8Array): Dimension[] {
  const shape: Dimension[] = [];
  message(bytes, (field, reader) => {
    if (field !== 1) return false;
    let dimension: Dimension = null;
    message(reader.bytes(), (inner, dimReader) => {
      if (inner === 1) dimension = integer(dimReader);
      else if (inner === 2) dimension = dimReader.string();
      else return false;
      return true;
    });
    shape.push(dimension);
    return true;
  });
  return shape;
}

/** A repeated number is packed (one run of bytes) or one field a value; both are legal. */
function repeated(reader: BinaryReader, wire: WireType, into: number[], read: (reader: BinaryReader) => number): void {
  if (wire !== WireType.LengthDelimited) {
    into.push(read(reader));
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  while (packed.pos < packed.len) into.push(read(packed));
}

/** int64 as a number; clamped beyond 2^53, where ONNX files only hold "to the end" markers. */
function integer(reader: BinaryReader): number {
  const value = Number(reader.int64());
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}

function notOnnx(why: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_NOT_ONNX',
    `Expected an ONNX model, but the file cannot be read as one: ${why}`,
    'check the path, and export or copy the model again',
  );
}
