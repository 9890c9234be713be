import { expectation, SelfpasteError } from '../errors.ts';
import { DataType, type Tensor } from './model.ts';

/** A tensor's elements as numbers. Works for float32, float64, int32, int64, uint8, int8 and bool. */
export function tensorValues(tensor: Tensor): Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array {
  const bytes = contents(tensor);
  switch (tensor.dataType) {
    case DataType.float32:
      return new Float32Array(bytes);
    case DataType.float64:
      return new Float64Array(bytes);
    case DataType.int32:
      return new Int32Array(bytes);
    case DataType.int64:
      return Float64Array.from(new BigInt64Array(bytes), Number);
    case DataType.uint8:
    case DataType.bool:
      return new Uint8Array(bytes);
    case DataType.int8:
      return new Int8Array(bytes);
    default:
      throw unreadable(tensor, `data type ${tensor.dataType} is not supported`);
  }
}

/** An own, aligned copy: tensors inside a file start at any byte. */
function contents(tensor: Tensor): ArrayBuffer {
  if (tensor.bytes === null) throw unreadable(tensor, 'its data lies in another file');
  const count = tensor.dims.reduce((product, dim) => product * dim, 1);
  // Not slice: on a Buffer that is a view, and file contents are Buffers.
  const copy = new Uint8Array(tensor.bytes);
  const width = elementBytes(tensor.dataType);
  if (copy.byteLength !== count * width)
    throw unreadable(tensor, `its shape [${tensor.dims}] needs ${count * width} bytes, it has ${copy.byteLength}`);
  return copy.buffer;
}

/** Bytes an element of a data type takes; 1 for types that selfpaste does not read. */
export function elementBytes(dataType: number): number {
  const widths: Readonly<Record<number, number>> = {
    [DataType.float32]: 4,
    [DataType.int32]: 4,
    [DataType.int64]: 8,
    [DataType.float64]: 8,
    [DataType.float16]: 2,
  };
  return widths[dataType] ?? 1;
}

function unreadable(tensor: Tensor, why: string): SelfpasteError {
  const message = `${expectation('tensor', 'readable numbers', tensor.name)}: ${why}`;
  return new SelfpasteError('MODEL_BAD_TENSOR', message, 'export the model again with its weights inside the file, as float32');
}
