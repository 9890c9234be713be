import { onnx, type Rng } from '../../core/index.ts';

/** A convolution's channels, square kernel and stride. Padding is TensorFlow's SAME, which ONNX calls SAME_UPPER. */
export interface ConvShape {
  readonly from: number;
  readonly to: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

interface WeightAndBias {
  readonly shape: ConvShape;
  readonly weight: string;
  readonly bias: string;
}

/** Epsilon of every batch normalisation. */
const NORM_EPSILON = 1e-3;

/** Writes an ONNX graph node by node, with random initial weights. Every method returns the name of the value it makes. */
export class GraphBuilder {
  readonly #rng: Rng;
  readonly #nodes: onnx.Node[];
  readonly #initializers: onnx.Tensor[];

  /** @param begun a graph to go on with; its nodes and initializers come first */
  constructor(rng: Rng, begun: Pick<onnx.Graph, 'nodes' | 'initializers'> = { nodes: [], initializers: [] }) {
    this.#rng = rng;
    this.#nodes = [...begun.nodes];
    this.#initializers = [...begun.initializers];
  }

  op(
    output: string,
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, onnx.Attribute>> = {},
    more: readonly string[] = [],
  ): string {
    this.#nodes.push({
      name: output,
      opType,
      domain: '',
      inputs,
      outputs: [output, ...more],
      attributes: new Map(Object.entries(attributes)),
    });
    return output;
  }

  constant(name: string, dims: readonly number[], values: Float32Array): string {
    this.#initializers.push(onnx.floatTensor(name, dims, values));
    return name;
  }

  /** A convolution kernel [to, from, k, k], He-normal times `gain`. */
  weight(name: string, { from, to, kernel }: ConvShape, gain = 1): string {
    const fanIn = from * kernel * kernel;
    const deviation = gain * Math.sqrt(2 / fanIn);
    const values = Float32Array.from({ length: to * fanIn }, () => deviation * this.#rng.normal());
    return this.constant(`${name}.weight`, [to, from, kernel, kernel], values);
  }

  /** @param bias of each output channel */
  weightAndBias(name: string, shape: ConvShape, gain: number, bias: (channel: number) => number): WeightAndBias {
    return {
      shape,
      weight: this.weight(name, shape, gain),
      bias: this.constant(
        `${name}.bias`,
        [shape.to],
        Float32Array.from({ length: shape.to }, (_, channel) => bias(channel)),
      ),
    };
  }

  conv(output: string, input: string, weight: string, shape: ConvShape, bias?: string): string {
    return this.op(output, 'Conv', bias === undefined ? [input, weight] : [input, weight, bias], {
      auto_pad: onnx.string('SAME_UPPER'),
      dilations: onnx.ints([1, 1]),
      group: onnx.int(1),
      kernel_shape: onnx.ints([shape.kernel, shape.kernel]),
      strides: onnx.ints([shape.stride, shape.stride]),
    });
  }

  convWithBias(output: string, input: string, { weight, bias, shape }: WeightAndBias): string {
    return this.conv(output, input, weight, shape, bias);
  }

  norm(name: string, input: string, channels: number): string {
    const inputs = [
      input,
      this.constant(`${name}.scale`, [channels], new Float32Array(channels).fill(1)),
      this.constant(`${name}.offset`, [channels], new Float32Array(channels)),
      this.constant(`${name}.mean`, [channels], new Float32Array(channels)),
      this.constant(`${name}.variance`, [channels], new Float32Array(channels).fill(1)),
    ];
    return this.op(name, 'BatchNormalization', inputs, { epsilon: onnx.float(Math.fround(NORM_EPSILON)) });
  }

  convNorm(name: string, input: string, shape: ConvShape): string {
    return this.norm(`${name}.norm`, this.conv(`${name}.conv`, input, this.weight(`${name}.conv`, shape), shape), shape.to);
  }

  convNormRelu(name: string, input: string, shape: ConvShape): string {
    return this.relu(`${name}.relu`, this.convNorm(name, input, shape));
  }

  relu(output: string, input: string): string {
    return this.op(output, 'Relu', [input]);
  }

  add(output: string, a: string, b: string): string {
    return this.op(output, 'Add', [a, b]);
  }

  mul(output: string, a: string, b: string): string {
    return this.op(output, 'Mul', [a, b]);
  }

  /** Nearest-neighbour upsampling by two. */
  upsample(output: string, input: string): string {
    const scales = this.constant(`${output}.scales`, [4], Float32Array.of(1, 1, 2, 2));
    return this.op(output, 'Resize', [input, '', scales], {
      mode: onnx.string('nearest'),
      coordinate_transformation_mode: onnx.string('asymmetric'),
      nearest_mode: onnx.string('floor'),
    });
  }

  concatChannels(output: string, inputs: readonly string[]): string {
    return this.op(output, 'Concat', inputs, { axis: onnx.int(1) });
  }

  /** [B, C, h, w] of every level to [B, C, A], levels side by side. */
  flattenAndJoin(name: string, levels: readonly string[], channels: number): string {
    const flat = levels.map((value, level) => this.reshape(`${name}.flat${level}`, value, [0, channels, -1]));
    return this.op(name, 'Concat', flat, { axis: onnx.int(2) });
  }

  reshape(output: string, input: string, dims: readonly number[]): string {
    return this.op(output, 'Reshape', [input, this.#integers(`${output}.shape`, dims)]);
  }

  /** Elements `from` to `to` (exclusive) along an axis. */
  slice(output: string, input: string, axis: number, from: number, to: number): string {
    const ends = [this.#integers(`${output}.from`, [from]), this.#integers(`${output}.to`, [to]), this.#integers(`${output}.axis`, [axis])];
    return this.op(output, 'Slice', [input, ...ends]);
  }

  #integers(name: string, values: readonly number[]): string {
    this.#initializers.push(onnx.intTensor(name, [values.length], values));
    return name;
  }

  model({
    opset,
    input,
    outputs,
    metadata,
  }: {
    readonly opset: number;
    readonly input: Pick<onnx.ValueInfo, 'name' | 'shape'>;
    readonly outputs: readonly Pick<onnx.ValueInfo, 'name' | 'shape'>[];
    readonly metadata: ReadonlyMap<string, string>;
  }): onnx.Model {
    const float = onnx.DataType.float32;
    return {
      irVersion: 8,
      producer: 'selfpaste',
      opsets: new Map([['', opset]]),
      metadata,
      graph: {
        name: 'selfpaste-student',
        nodes: this.#nodes,
        initializers: this.#initializers,
        inputs: [{ ...input, dataType: float }],
        outputs: outputs.map((output) => ({ ...output, dataType: float })),
      },
    };
  }
}
