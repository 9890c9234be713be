import { writeFileSync } from 'node:fs';
import { onnx } from '../core/index.ts';

const SIDE = 64;
/** Red less half of green and blue by more than this share of 255 is red. */
const MARGIN = 0.3;
/** Steep enough that a mask ends where the colour does. */
const STEEPNESS = 20;

/** One object as large as the picture, surely of the first class: centre, size, a probability a class, one coefficient. */
const columnOf = (classes: number): readonly number[] => [SIDE / 2, SIDE / 2, SIDE, SIDE, 0.9, ...new Array(classes - 1).fill(0.01), 1];

/**
 * Writes a YOLO-seg model that looks: its only object's mask is what is red, so that masks show how pictures were read.
 * @param classNames the first is that of the object. @param score another probability of it, as NaN. @returns the file
 */
export function writeRedModel(path: string, classNames: readonly string[], score = 0.9): string {
  const column = columnOf(classNames.length).map((value, row) => (row === 4 ? score : value));
  const [red, others] = [STEEPNESS / 4, -STEEPNESS / 8];
  const weights = [red, others, others].flatMap((weight) => new Array<number>(4).fill(weight));
  const float = (name: string, shape: readonly number[]): onnx.ValueInfo => ({ name, dataType: onnx.DataType.float32, shape });
  const rows = [1, column.length, 1];
  const conv: onnx.Node = {
    name: 'redness',
    opType: 'Conv',
    domain: '',
    inputs: ['images', 'weights', 'bias'],
    outputs: ['output1'],
    attributes: new Map([['strides', onnx.ints([2, 2])]]),
  };
  const identity: onnx.Node = {
    name: 'rows',
    opType: 'Identity',
    domain: '',
    inputs: ['rows'],
    outputs: ['output0'],
    attributes: new Map(),
  };
  const model = onnx.encodeModel({
    irVersion: 8,
    producer: 'selfpaste tests',
    opsets: new Map([['', 17]]),
    metadata: new Map([['names', JSON.stringify(classNames)]]),
    graph: {
      name: 'red',
      nodes: [identity, conv],
      initializers: [
        onnx.floatTensor('rows', rows, Float32Array.from(column)),
        onnx.floatTensor('weights', [1, 3, 2, 2], Float32Array.from(weights)),
        onnx.floatTensor('bias', [1], Float32Array.of(-MARGIN * STEEPNESS)),
      ],
      inputs: [float('images', [1, 3, SIDE, SIDE])],
      outputs: [float('output0', rows), float('output1', [1, 1, SIDE / 2, SIDE / 2])],
    },
  });
  writeFileSync(path, model);
  return path;
}
