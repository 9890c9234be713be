import { writeFileSync } from 'node:fs';
import { onnx } from '../../core/index.ts';

/** A YOLO-seg model in miniature: what it answers is written into it. Input 16x16, one prototype 8x8, two classes. */
export interface TinyModel {
  /** Columns of `output0`, 4 + 2 + 1 values each: cx, cy, w, h in input pixels, two probabilities, one coefficient. */
  readonly columns: readonly (readonly number[])[];
  /** 64 values of `output1`, row-major. */
  readonly prototype: readonly number[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly nodes?: readonly onnx.Node[];
  readonly input?: readonly onnx.Dimension[];
}

export const node = (opType: string, inputs: readonly string[], outputs: readonly string[]): onnx.Node => ({
  name: outputs.join(),
  opType,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(),
});

const ROWS = 7;

/** The bytes of a model that gives the same two outputs for every picture. */
export function tinyModel({ columns, prototype, metadata, nodes, input }: TinyModel): Uint8Array {
  const rows = Array.from({ length: ROWS }, (_, row) => columns.map((column) => column[row])).flat();
  const float = (name: string, shape: readonly onnx.Dimension[]): onnx.ValueInfo => ({ name, dataType: onnx.DataType.float32, shape });
  return onnx.encodeModel({
    irVersion: 8,
    producer: 'selfpaste tests',
    opsets: new Map([['', 17]]),
    metadata: new Map(Object.entries(metadata ?? { names: "{0: 'cat', 1: 'dog'}" })),
    graph: {
      name: 'tiny',
      nodes: nodes ?? [node('Identity', ['rows'], ['output0']), node('Identity', ['prototype'], ['output1'])],
      initializers: [
        onnx.floatTensor('rows', [1, ROWS, columns.length], Float32Array.from(rows)),
        onnx.floatTensor('prototype', [1, 1, 8, 8], Float32Array.from(prototype)),
        onnx.intTensor('shape', [3], [1, ROWS, columns.length]),
      ],
      inputs: [float('images', input ?? [1, 3, 16, 16])],
      outputs: [float('output0', [1, ROWS, columns.length]), float('output1', [1, 1, 8, 8])],
    },
  });
}

export const yes: readonly number[] = new Array(64).fill(1);

/** A cat over the middle, the same cat again with a lower score, and a faint dog at the left edge. */
export const catAndDog: TinyModel = {
  columns: [
    [8, 8, 8, 8, 0.9, 0.1, 1],
    [8.4, 8, 8, 8, 0.6, 0.1, 1],
    [0, 8, 8, 4, 0.05, 0.3, 1],
  ],
  prototype: yes,
};

export function writeTinyModel(path: string, model: TinyModel): string {
  writeFileSync(path, tinyModel(model));
  return path;
}
