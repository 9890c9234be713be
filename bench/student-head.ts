import type { onnx, Sample } from '../core/index.ts';
// What a step assigns to anchors stays inside it; a peer without an assigner must be told. No door gives that out.
// biome-ignore lint/style/noRestrictedImports: see above
import { compileGraph, type GraphFunction } from '../student/graph/graph-function.ts';
// biome-ignore lint/style/noRestrictedImports: see above
import { type ParameterLayout, parameterLayout } from '../student/graph/parameters.ts';
import { type Backend, readSpec, type StudentSpec } from '../student/index.ts';
// biome-ignore lint/style/noRestrictedImports: see above
import { anchorsOf } from '../student/learning/anchors.ts';
// biome-ignore lint/style/noRestrictedImports: see above
import { type Targets, targetsOf } from '../student/learning/targets.ts';

/** The targets of a batch, image by image. */
interface BatchTargets {
  readonly images: readonly Targets[];
  readonly anchorCount: number;
  readonly classCount: number;
}

/** Runs a student on a fixed batch as training does, to see what a step with given weights would choose as its targets. */
export class HeadReader {
  readonly #backend: Backend;
  readonly #spec: StudentSpec;
  readonly #layout: ParameterLayout;
  readonly #graph: GraphFunction;
  readonly #batch: readonly Sample[];

  constructor(backend: Backend, model: onnx.Model, batch: readonly Sample[]) {
    this.#backend = backend;
    this.#spec = readSpec(model);
    this.#layout = parameterLayout(model);
    this.#graph = compileGraph(model, backend.tf, backend.kernels);
    this.#batch = batch;
  }

  /** @param weights all trainable numbers, by their layout */
  targets(weights: Float32Array, step: number): BatchTargets {
    const { classNames, bins, strides, inputSize } = this.#spec;
    const grid = {
      anchors: anchorsOf(this.#spec),
      classCount: classNames.length,
      prototypeCells: inputSize / strides.prototype,
    };
    const classes = this.#values(weights, 'classes', classNames.length);
    const boxes = this.#values(weights, 'box', 4 * bins);
    const images = this.#batch.map((sample, image) =>
      targetsOf(grid, { classLogits: classes[image], boxLogits: boxes[image], bins }, sample, step),
    );
    return { images, anchorCount: grid.anchors.count, classCount: classNames.length };
  }

  /** [A, C] of each image. */
  #values(weights: Float32Array, part: 'classes' | 'box', channels: number): readonly Float32Array[] {
    const { tf } = this.#backend;
    const count = this.#batch.length;
    const all = tf.tidy(() => {
      const levels = this.#graph.run(
        {
          images: this.#images(),
          parameter: this.#parameters(weights),
          mode: { kind: 'training', collect: () => undefined, renorm: null },
        },
        this.#spec.head.levels.map((level) => level[part]),
      );
      return tf
        .concat(
          levels.map((level) => tf.reshape(level, [count, -1, channels])),
          1,
        )
        .dataSync() as Float32Array;
    });
    return this.#batch.map((_, image) => all.subarray((image * all.length) / count, ((image + 1) * all.length) / count));
  }

  #images() {
    const { tf } = this.#backend;
    const { inputSize } = this.#spec;
    const pixels = Int32Array.from(Buffer.concat(this.#batch.map(({ image }) => image.data)));
    return tf.div(tf.cast(tf.tensor4d(pixels, [this.#batch.length, inputSize, inputSize, 3], 'int32'), 'float32'), 255) as ReturnType<
      typeof tf.tensor4d
    >;
  }

  #parameters(weights: Float32Array) {
    const { tf } = this.#backend;
    let at = 0;
    const tensors = new Map(
      this.#layout.trainable.map(({ name, shape, length }) => {
        const values = weights.slice(at, at + length);
        at += length;
        return [name, tf.tensor(values, [...shape])] as const;
      }),
    );
    return (name: string) => tensors.get(name)!;
  }
}
