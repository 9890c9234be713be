/** Inputs of tests: ONNX files that selfpaste itself never writes. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field of a message by its number in onnx.proto: a whole number, a text, or bytes of a message inside. */
export type WireField = readonly [number: number, value: number | string | Uint8Array];

/** The bytes of a message, fields in their order. */
export function wireMessage(...fields: readonly WireField[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
}

const opset = wireMessage([1, ''], [2, 17]);

/** A model of a graph with these fields, and more of its own. */
export function wireModel(graph: readonly WireField[], ...more: readonly WireField[]): Uint8Array {
  return wireMessage([1, 8], [8, opset], [7, wireMessage(...graph)], ...more);
}

/** A node without inputs; attributes are AttributeProto messages. */
export function wireNode(opType: string, domain: string, ...attributes: readonly Uint8Array[]): Uint8Array {
  return wireMessage([4, opType], [7, domain], ...attributes.map((attribute): WireField => [5, attribute]));
}

/** A tensor of four floats whose data lies in another file; null leaves the file's name out. */
export function externalTensor(location: string | null): Uint8Array {
  const entries: readonly WireField[] = location === null ? [] : [[13, wireMessage([1, 'location'], [2, location])]];
  return wireMessage([1, 4], [2, 1], [8, 'w'], ...entries, [14, 1]);
}

/** A graph whose only node holds a graph, and so on: `depth` graphs with the outermost. */
export function nestedGraphs(depth: number, innermost: readonly WireField[] = []): WireField[] {
  let fields = [...innermost];
  for (let level = 1; level < depth; level++)
    fields = [[1, wireNode('If', '', wireMessage([1, 'body'], [6, wireMessage(...fields)], [20, 5]))]];
  return fields;
}

/** Models with everything that readers look at, for mutation. */
export function seedModels(): readonly Uint8Array[] {
  const shape = (...lengths: readonly (number | string)[]): Uint8Array =>
    wireMessage(
      ...lengths.map((length): WireField => [1, typeof length === 'number' ? wireMessage([1, length]) : wireMessage([2, length])]),
    );
  const value = (name: string, ...lengths: readonly (number | string)[]): Uint8Array =>
    wireMessage([1, name], [2, wireMessage([1, wireMessage([1, 1], [2, shape(...lengths)])])]);
  const metadata = (key: string, text: string): WireField => [14, wireMessage([1, key], [2, text])];
  const conv = wireMessage(
    [1, 'images'],
    [1, 'w'],
    [2, 'y'],
    [3, 'conv'],
    [4, 'Conv'],
    [5, wireMessage([1, 'strides'], [8, 2], [8, 2], [20, 7])],
  );
  const yolo = wireModel(
    [
      [1, conv],
      [5, wireMessage([1, 2], [1, 2], [2, 1], [8, 'w'], [9, new Uint8Array(16)])],
      [5, wireMessage([1, 2], [2, 7], [7, 1], [7, -1], [8, 'shape'])],
      [11, value('images', 'batch', 3, 64, 64)],
      [12, value('output0', 'batch', 7, 3)],
      [12, value('output1', 'batch', 1, 32, 32)],
    ],
    metadata('names', "{0: 'cat', 1: 'it\\'s'}"),
    metadata('imgsz', '[64, 64]'),
  );
  const odd = wireModel(
    [...nestedGraphs(4, [[5, externalTensor('weights.bin')]]), [1, wireNode('NMS', 'trt')], [12, value('boxes', 1, 100, 5)]],
    [25, wireMessage([1, 'Swish'], [7, wireNode('Sigmoid', '')], [10, 'local'])],
    metadata('names', '["a", "b"]'),
  );
  return [yolo, odd];
}
