import { writeFileSync } from 'node:fs';
import { onnx } from '../../core/index.ts';
import { node } from './teacher-models.ts';

/** An output of an answering model. */
export interface Answer {
  /** As the file declares it; where a length is open, `dims` tells it. */
  readonly shape?: readonly onnx.Dimension[];
  /** With a batch of one where there is one. */
  readonly dims: readonly number[];
  readonly values: readonly number[];
  /** float32 where absent. */
  readonly dataType?: onnx.DataType;
  /** How much a picture's mean value, as the model gets it, adds to every value. */
  readonly gain?: number;
}

/** A model that says the same of every picture, up to the picture's mean: what a decoder makes of it can be computed by hand. */
export interface AnsweringModel {
  readonly input: { readonly name?: string; readonly shape: readonly onnx.Dimension[]; readonly dataType?: onnx.DataType };
  readonly pixelMask?: readonly onnx.Dimension[];
  readonly outputs: Readonly<Record<string, Answer>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

const float32 = onnx.DataType.float32;

/** The bytes of the model: each output is its values + gain * mean(input), for each picture of the batch, cast to its type. */
export function answeringModel({ input, pixelMask, outputs, metadata = {} }: AnsweringModel): Uint8Array {
  const { name = 'images', shape, dataType = float32 } = input;
  const answers = Object.entries(outputs).map(([output, answer]) => answerParts(output, answer));
  const axes = shape.map((_, axis) => axis).slice(-3);
  return onnx.encodeModel({
    irVersion: 8,
    producer: 'selfpaste tests',
    opsets: new Map([['', 17]]),
    metadata: new Map(Object.entries(metadata)),
    graph: {
      name: 'answers',
      nodes: [cast(name, 'pixels', float32), reduceMean('pixels', 'mean', axes), ...answers.flatMap(({ nodes }) => nodes)],
      initializers: answers.flatMap(({ initializers }) => initializers),
      inputs: [
        { name, dataType, shape },
        ...(pixelMask === undefined ? [] : [{ name: 'pixel_mask', dataType: onnx.DataType.int64, shape: pixelMask }]),
      ],
      outputs: answers.map(({ declared }) => declared),
    },
  });
}

function answerParts(name: string, { shape, dims, values, dataType = float32, gain = 0 }: Answer) {
  const part = (suffix: string) => `${name}.${suffix}`;
  return {
    initializers: [
      onnx.floatTensor(part('values'), dims, Float32Array.from(values)),
      onnx.floatTensor(part('gain'), [1], Float32Array.of(gain)),
      onnx.intTensor(part('shape'), [dims.length], [-1, ...dims.slice(1).fill(1)]),
    ],
    nodes: [
      node('Reshape', ['mean', part('shape')], [part('mean')]),
      node('Mul', [part('mean'), part('gain')], [part('change')]),
      node('Add', [part('values'), part('change')], [part('sum')]),
      cast(part('sum'), name, dataType),
    ],
    declared: { name, dataType, shape: shape ?? dims },
  };
}

const cast = (from: string, to: string, dataType: onnx.DataType): onnx.Node => ({
  ...node('Cast', [from], [to]),
  attributes: new Map([['to', onnx.int(dataType)]]),
});

const reduceMean = (from: string, to: string, axes: readonly number[]): onnx.Node => ({
  ...node('ReduceMean', [from], [to]),
  attributes: new Map([
    ['axes', onnx.ints(axes)],
    ['keepdims', onnx.int(1)],
  ]),
});

export function writeAnsweringModel(path: string, model: AnsweringModel): string {
  writeFileSync(path, answeringModel(model));
  return path;
}

/** `count` times the same value. */
export const times = (count: number, value: number): readonly number[] => new Array<number>(count).fill(value);

/** A grid of `width` columns and `height` rows, `inside` in the half-open cell box and `outside` around it. */
export function cellBox(
  width: number,
  height: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  inside: number,
  outside: number,
): readonly number[] {
  return Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return x >= x1 && x < x2 && y >= y1 && y < y2 ? inside : outside;
  });
}
