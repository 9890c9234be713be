import { onnx, stream } from '../../core/index.ts';
import { GraphBuilder } from './graph-builder.ts';

/**
 * Small networks for tests, in the ways that YOLO-seg exports are written. All of one seed have the same weights.
 *   joined    a file of one size and batch: box and classes joined a level, Split, sizes inside Reshape and Resize nodes (YOLO11, simplified)
 *   separate  likewise, but each part joined over the levels on its own, and bounds of Slice nodes computed from shapes (not simplified)
 *   open      any size and batch: Reshape nodes take what Shape nodes say
 */
export interface YoloSource {
  readonly tail: 'joined' | 'separate' | 'open';
  readonly inputSize: number;
  readonly names?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

const WIDTH = 8;
const BINS = 4;
const PROTOTYPES = 6;
const HEADS = 2;

export function yoloSource({ tail, inputSize, names = ['cat', "it's", 'dog'], metadata = {} }: YoloSource): onnx.Model {
  const graph = new SourceBuilder(inputSize, tail);
  const p8 = graph.block('p8', graph.block('p4', graph.block('p2', 'images', 3, 2), WIDTH, 2), WIDTH, 2);
  const p16 = graph.block('p16', p8, WIDTH, 2);
  const deep = graph.attention(graph.pooled(graph.block('p32', p16, WIDTH, 2)));
  const p16up = graph.block('n16', graph.concatChannels('n16.in', [graph.doubled('n16.up', deep), p16]), 2 * WIDTH, 1);
  const levels = [p8, p16up, deep];
  const parts = levels.map((value, level) => ({
    box: graph.out(`box${level}`, value, 4 * BINS),
    classes: graph.out(`classes${level}`, value, names.length),
    coefficients: graph.out(`coefficients${level}`, value, PROTOTYPES),
  }));
  const flat = (name: string, values: readonly string[], channels: number) => graph.flattenAndJoin(name, values, channels);
  const coefficients = flat(
    'mc',
    parts.map((part) => part.coefficients),
    PROTOTYPES,
  );
  let box: string;
  let classes: string;
  if (tail === 'joined') {
    const both = parts.map((part, level) => graph.concatChannels(`both${level}`, [part.box, part.classes]));
    const all = flat('all', both, 4 * BINS + names.length);
    box = graph.op('all.box', 'Split', [all], { axis: onnx.int(1), split: onnx.ints([4 * BINS, names.length]) }, ['all.classes']);
    classes = graph.op('scores', 'Sigmoid', ['all.classes']);
  } else {
    const joined = (part: 'box' | 'classes', channels: number) =>
      flat(
        `all.${part}`,
        parts.map((level) => level[part]),
        channels,
      );
    box = joined('box', 4 * BINS);
    classes = graph.op('scores', 'Sigmoid', [joined('classes', names.length)]);
  }
  graph.concatChannels('output0', [graph.boxes(box), classes, coefficients]);
  graph.prototypes(p8);
  return graph.source(tail === 'joined' ? 12 : 17, 4 + names.length + PROTOTYPES, names, metadata);
}

class SourceBuilder extends GraphBuilder {
  readonly #size: number;
  readonly #open: boolean;
  readonly #bySizes: boolean;

  constructor(size: number, tail: YoloSource['tail']) {
    super(stream(11, 'yolo source'));
    this.#size = size;
    this.#open = tail === 'open';
    this.#bySizes = tail === 'joined';
  }

  silu(name: string, value: string): string {
    return this.mul(`${name}.silu`, value, this.op(`${name}.gate`, 'Sigmoid', [value]));
  }

  block(name: string, value: string, from: number, stride: 1 | 2): string {
    const { weight, bias } = this.weightAndBias(name, { from, to: WIDTH, kernel: 3, stride }, 1, (channel) => 0.1 * channel - 0.3);
    const attributes = { pads: onnx.ints([1, 1, 1, 1]), strides: onnx.ints([stride, stride]), kernel_shape: onnx.ints([3, 3]) };
    return this.silu(name, this.op(`${name}.conv`, 'Conv', [value, weight, bias], attributes));
  }

  out(name: string, value: string, channels: number): string {
    const shape = { from: WIDTH, to: channels, kernel: 1, stride: 1 } as const;
    return this.convWithBias(
      name,
      value,
      this.weightAndBias(name, shape, 1, (channel) => 0.2 * channel - 1),
    );
  }

  pooled(value: string): string {
    const pool = this.op('pool', 'MaxPool', [value], {
      kernel_shape: onnx.ints([5, 5]),
      pads: onnx.ints([2, 2, 2, 2]),
      strides: onnx.ints([1, 1]),
    });
    return this.add('pool.sum', pool, value);
  }

  /** Nearest-neighbour doubling; by sizes in the file of one size. */
  doubled(name: string, value: string): string {
    if (!this.#bySizes) return this.upsample(name, value);
    const none = this.constant(`${name}.none`, [0], new Float32Array(0));
    const cells = this.#size / 16;
    return this.op(name, 'Resize', [value, none, none, this.integers(`${name}.sizes`, [1, WIDTH, cells, cells])], {
      mode: onnx.string('nearest'),
      coordinate_transformation_mode: onnx.string('asymmetric'),
      nearest_mode: onnx.string('floor'),
    });
  }

  /** Attention over all cells, with sizes in its Reshape nodes: [B, C, h, w] -> [B, heads, C/heads, hw] and back. */
  attention(value: string): string {
    const cells = this.#size / 32;
    const tokens = this.op('tokens', 'Reshape', [value, this.sizes('tokens', value, [1, HEADS, WIDTH / HEADS, cells * cells])]);
    const turned = this.op('tokens.turned', 'Transpose', [tokens], { perm: onnx.ints([0, 1, 3, 2]) });
    const weights = this.op('tokens.weights', 'Softmax', [this.op('tokens.product', 'MatMul', [turned, tokens])], { axis: onnx.int(3) });
    const mixed = this.op('tokens.mixed', 'MatMul', [tokens, weights]);
    const back = this.op('attention', 'Reshape', [mixed, this.sizes('attention', value, [1, WIDTH, cells, cells])]);
    return this.add('attention.sum', back, value);
  }

  /** A Reshape's sizes: constants, or computed from the shape of `value`, [B, C, h, w]. */
  sizes(name: string, value: string, dims: readonly number[]): string {
    if (!this.#open) return this.integers(`${name}.dims`, dims);
    const shape = this.op(`${name}.of`, 'Shape', [value]);
    const at = (axis: number) =>
      this.op(`${name}.${axis}`, 'Unsqueeze', [
        this.op(`${name}.${axis}.scalar`, 'Gather', [shape, this.integers(`${name}.${axis}.index`, axis)]),
        this.integers(`${name}.${axis}.axes`, [0]),
      ]);
    const [batch, height, width] = [at(0), at(2), at(3)];
    const fixed = this.integers(`${name}.channels`, name === 'tokens' ? dims.slice(1, 3) : [WIDTH]);
    const grid = name === 'tokens' ? [this.mul(`${name}.cells`, height, width)] : [height, width];
    return this.op(`${name}.dims`, 'Concat', [batch, fixed, ...grid], { axis: onnx.int(0) });
  }

  boxes(logits: string): string {
    const sides = this.reshape('dfl.sides', logits, [0, 4, BINS, -1]);
    const turned = this.op('dfl.turned', 'Transpose', [sides], { perm: onnx.ints([0, 2, 1, 3]) });
    const shares = this.op('dfl.shares', 'Softmax', [turned], { axis: onnx.int(1) });
    const places = this.constant('dfl.weight', [1, BINS, 1, 1], Float32Array.of(0, 1, 2, 3));
    const distances = this.reshape('dfl.distances', this.op('dfl.mean', 'Conv', [shares, places]), [0, 4, -1]);
    const half = this.op('dfl.half', 'Div', [
      this.op('dfl.rows', 'Gather', [this.op('dfl.shape', 'Shape', [distances]), this.integers('one', [1])]),
      this.integers('two', [2]),
    ]);
    const before = this.op('dfl.before', 'Slice', [distances, this.integers('zero', [0]), half, 'one']);
    const after = this.op('dfl.after', 'Slice', [distances, half, this.op('dfl.end', 'Mul', [half, 'two']), 'one']);
    const sum = this.op('box.extent', 'Add', [before, after]);
    return this.concatChannels('box', [this.op('box.offset', 'Sub', [after, before]), sum]);
  }

  prototypes(value: string): void {
    const weight = this.weight('up', { from: WIDTH, to: WIDTH, kernel: 1, stride: 1 });
    const large = this.constant('up.kernel', [WIDTH, WIDTH, 2, 2], new Float32Array(4 * WIDTH * WIDTH).fill(0.1));
    const thin = this.op('up.thin', 'Conv', [value, weight]);
    const up = this.op('up', 'ConvTranspose', [thin, large], { strides: onnx.ints([2, 2]), kernel_shape: onnx.ints([2, 2]) });
    this.op('output1', 'Sigmoid', [this.out('masks', up, PROTOTYPES)]);
  }

  integers(name: string, values: number | readonly number[]): string {
    const value: onnx.Attribute = typeof values === 'number' ? onnx.int(values) : onnx.ints(values);
    return this.op(name, 'Constant', [], typeof values === 'number' ? { value_int: value } : { value_ints: value });
  }

  source(opset: number, rows: number, names: readonly string[], metadata: Readonly<Record<string, string>>): onnx.Model {
    const [batch, size] = this.#open ? ['batch', 'size'] : [1, this.#size];
    const dict = names.map((name, row) => `${row}: ${JSON.stringify(name)}`).join(', ');
    const model = this.model({
      opset,
      input: { name: 'images', shape: [batch, 3, size, size] },
      outputs: [
        { name: 'output0', shape: [batch, rows, this.#open ? 'anchors' : 21 * (this.#size / 32) ** 2] },
        { name: 'output1', shape: [batch, PROTOTYPES, this.#open ? 'mh' : this.#size / 4, this.#open ? 'mw' : this.#size / 4] },
      ],
      metadata: new Map(Object.entries({ names: `{${dict}}`, task: 'segment', ...metadata })),
    });
    return model;
  }
}
