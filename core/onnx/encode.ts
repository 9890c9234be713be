import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Attribute, Dimension, Graph, Model, Node, Tensor, ValueInfo } from './model.ts';

/** The bytes of an ONNX file. Field numbers are those of onnx.proto; the same model always gives the same bytes. */
export function encodeModel(model: Model): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(model.irVersion);
  writer.tag(2, WireType.LengthDelimited).string(model.producer);
  nested(writer, 7, (graph) => writeGraph(graph, model.graph));
  for (const [domain, version] of model.opsets) {
    nested(writer, 8, (opset) => {
      opset.tag(1, WireType.LengthDelimited).string(domain);
      opset.tag(2, WireType.Varint).int64(version);
    });
  }
  for (const [key, value] of model.metadata) {
    nested(writer, 14, (entry) => {
      entry.tag(1, WireType.LengthDelimited).string(key);
      entry.tag(2, WireType.LengthDelimited).string(value);
    });
  }
  return writer.finish();
}

function nested(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) nested(writer, 1, (w) => writeNode(w, node));
  text(writer, 2, graph.name);
  for (const tensor of graph.initializers) nested(writer, 5, (w) => writeTensor(w, tensor));
  for (const input of graph.inputs) nested(writer, 11, (w) => writeValueInfo(w, input));
  for (const output of graph.outputs) nested(writer, 12, (w) => writeValueInfo(w, output));
}

function writeNode(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.opType);
  for (const [name, attribute] of node.attributes) nested(writer, 5, (w) => writeAttribute(w, name, attribute));
  if (node.domain !== '') text(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  text(writer, 1, name);
  const type = (value: number) => writer.tag(20, WireType.Varint).int32(value);
  switch (attribute.kind) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      type(1);
      return;
    case 'int':
      writer.tag(3, WireType.Varint).int64(attribute.value);
      type(2);
      return;
    case 'string':
      text(writer, 4, attribute.value);
      type(3);
      return;
    case 'tensor':
      nested(writer, 5, (w) => writeTensor(w, attribute.value));
      type(4);
      return;
    case 'floats':
      for (const value of attribute.value) writer.tag(7, WireType.Bit32).float(value);
      type(6);
      return;
    case 'ints':
      for (const value of attribute.value) writer.tag(8, WireType.Varint).int64(value);
      type(7);
      return;
    case 'strings':
      for (const value of attribute.value) text(writer, 9, value);
      type(8);
      return;
    case 'unsupported':
      throw new TypeError(`attribute ${name} was not decoded and cannot be written`);
  }
}

function writeTensor(writer: BinaryWriter, tensor: Tensor): void {
  if (tensor.bytes === null) throw new TypeError(`tensor ${tensor.name} has its data in another file and cannot be written`);
  for (const dim of tensor.dims) writer.tag(1, WireType.Varint).int64(dim);
  writer.tag(2, WireType.Varint).int32(tensor.dataType);
  text(writer, 8, tensor.name);
  writer.tag(9, WireType.LengthDelimited).bytes(tensor.bytes);
}

function writeValueInfo(writer: BinaryWriter, value: ValueInfo): void {
  text(writer, 1, value.name);
  nested(writer, 2, (type) => {
    nested(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(value.dataType);
      nested(tensor, 2, (shape) => {
        for (const dimension of value.shape) nested(shape, 1, (w) => writeDimension(w, dimension));
      });
    });
  });
}

function writeDimension(writer: BinaryWriter, dimension: Dimension): void {
  if (typeof dimension === 'number') writer.tag(1, WireType.Varint).int64(dimension);
  else if (typeof dimension === 'string') text(writer, 2, dimension);
}
