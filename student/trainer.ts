import type * as Tf from '@tensorflow/tfjs-core';
import { type onnx, type Sample, SelfpasteError } from '../core/index.ts';
import { anchorsOf } from './anchors.ts';
import { headValue, PROTOTYPES, readSpec, type StudentSpec } from './architecture.ts';
import type { ImagePrediction } from './assigner.ts';
import type { Backend } from './backend.ts';
import { type Checkpoint, damaged } from './checkpoint.ts';
import { compileGraph, type GraphFunction } from './graph-function.ts';
import type { BatchStatistics } from './kernels/kernels.ts';
import { type HeadOutputs, losses } from './losses.ts';
import { FlatAdamW, learningRateFactor, type OptimizerSettings } from './optimizer.ts';
import { type ParameterLayout, parameterLayout, readParameters, writeParameters } from './parameters.ts';
import { layOutTargets, type TargetGrid } from './targets.ts';

/** Shape letters: B batch, S input size, K classes, M prototypes, A anchors, h w grids, P all trainable numbers. */
export interface TrainSettings extends OptimizerSettings {
  readonly steps: number;
  readonly batchSize: number;
  readonly warmupSteps: number;
  /** Weight of what a teacher said, and of its pictures' background, beside human labels; 0 or more. */
  readonly unsupWeight: number;
  readonly boxWeight: number;
  readonly maskWeight: number;
}

/** What one step did. Losses are those before the update. */
export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly classLoss: number;
  readonly boxLoss: number;
  readonly maskLoss: number;
  readonly gradientNorm: number;
  /** False where the loss was not finite and the step was left out. */
  readonly applied: boolean;
}

/** Share of the running statistics kept at each step. */
const STATISTICS_KEPT = 0.97;
/** So many steps without a finite loss end a training. */
const MAX_SKIPPED_STEPS = 10;

/** Trains a student's graph step by step. Knows nothing of files, logs or validation. */
export class StudentTrainer {
  readonly spec: StudentSpec;
  readonly #backend: Backend;
  readonly #settings: TrainSettings;
  readonly #model: onnx.Model;
  readonly #layout: ParameterLayout;
  readonly #graph: GraphFunction;
  readonly #grid: TargetGrid;
  readonly #wanted: readonly string[];
  #optimizer: FlatAdamW;
  #statistics: Tf.Tensor1D;
  #step = 0;
  #skipped = 0;

  /** Starts from the model's own weights, or goes on from a checkpoint. Throws DATA_BAD_CHECKPOINT where that is of another model. */
  constructor(backend: Backend, model: onnx.Model, settings: TrainSettings, checkpoint?: Checkpoint) {
    this.spec = readSpec(model);
    this.#backend = backend;
    this.#settings = settings;
    this.#model = model;
    this.#layout = parameterLayout(model);
    this.#graph = compileGraph(model, backend.tf, backend.kernels);
    this.#grid = {
      anchors: anchorsOf(this.spec),
      classCount: this.spec.classNames.length,
      prototypeCells: this.spec.inputSize / this.spec.strides.prototype,
    };
    const levels = this.spec.strides.levels.map((_, level) => level);
    this.#wanted = [...levels.map((level) => headValue('class', level)), ...levels.map((level) => headValue('box', level)), PROTOTYPES];
    const start = startOf(model, this.#layout, checkpoint);
    const decayMask = Float32Array.from(
      this.#layout.trainable.flatMap(({ length, decays }) => new Array<number>(length).fill(decays ? 1 : 0)),
    );
    this.#optimizer = new FlatAdamW(backend.tf, settings, start, decayMask);
    this.#statistics = backend.tf.tensor1d(start.statistics);
    this.#step = start.step;
    this.#skipped = start.skippedSteps;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** One optimizer update on a batch. Throws GUARD_LOSS_NOT_FINITE when too many steps gave no finite loss. */
  train(samples: readonly Sample[]): StepReport {
    const { tf } = this.#backend;
    const statistics = new Map<string, BatchStatistics>();
    const { parts, gradient, norm } = this.#gradient(samples, statistics);
    const report = this.#report(parts, norm);
    if (report.applied) {
      this.#optimizer.apply(gradient, norm, this.#step, learningRateFactor(this.#step, this.#settings.steps, this.#settings.warmupSteps));
      this.#averageStatistics(statistics);
    } else {
      this.#skipped++;
    }
    tf.dispose([gradient, ...[...statistics.values()].flatMap(({ mean, variance }) => [mean, variance])]);
    this.#step++;
    if (this.#skipped > MAX_SKIPPED_STEPS) throw notFinite(this.#skipped, this.#step);
    return report;
  }

  checkpoint(): Checkpoint {
    return {
      step: this.#step,
      skippedSteps: this.#skipped,
      statistics: Float32Array.from(this.#statistics.dataSync()),
      ...this.#optimizer.vectors(),
    };
  }

  /** The student as a model file: the averaged weights in the graph that was trained. */
  student(): onnx.Model {
    const { average, statistics } = this.checkpoint();
    return writeParameters(this.#model, this.#layout, { weights: average, statistics });
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#statistics.dispose();
  }

  #gradient(
    samples: readonly Sample[],
    statistics: Map<string, BatchStatistics>,
  ): { parts: Float32Array; gradient: Tf.Tensor1D; norm: number } {
    const { tf } = this.#backend;
    let parts = new Float32Array();
    const gradient = tf.tidy(() => {
      const images = this.#images(samples);
      const { grad, value } = tf.valueAndGrad((flat) => {
        const [total, ...each] = this.#loss(flat as Tf.Tensor1D, images, samples, statistics);
        parts = Float32Array.from(each, (part) => part.dataSync()[0] as number);
        return total;
      })(this.#optimizer.weights);
      value.dispose();
      return grad as Tf.Tensor1D;
    });
    const norm = tf.tidy(() => Math.sqrt(tf.sum(tf.square(gradient)).dataSync()[0] as number));
    return { parts, gradient, norm };
  }

  /** Total, then class, box and mask losses. */
  #loss(
    flat: Tf.Tensor1D,
    images: Tf.Tensor4D,
    samples: readonly Sample[],
    statistics: Map<string, BatchStatistics>,
  ): readonly [Tf.Scalar, Tf.Scalar, Tf.Scalar, Tf.Scalar] {
    const { tf, kernels } = this.#backend;
    const parameters = this.#parameters(flat);
    const collect = (norm: string, { mean, variance }: BatchStatistics) =>
      statistics.set(norm, { mean: tf.keep(mean), variance: tf.keep(variance) });
    const outputs = this.#graph.run(
      { images, parameter: (name) => parameters.get(name) as Tf.Tensor, mode: { kind: 'training', collect } },
      this.#wanted,
    );
    const head = this.#head(outputs, samples.length);
    const targets = layOutTargets(this.#grid, samples, this.#readBack(head, samples.length), {
      step: this.#step,
      unsupWeight: this.#settings.unsupWeight,
    });
    const { classes, box, mask } = losses(tf, kernels, head, targets);
    const total = tf.addN([classes, tf.mul(box, this.#settings.boxWeight), tf.mul(mask, this.#settings.maskWeight)]) as Tf.Scalar;
    return [total, classes, box, mask];
  }

  /** Uint8 pixels to [B, S, S, 3] in 0..1. */
  #images(samples: readonly Sample[]): Tf.Tensor4D {
    const { tf } = this.#backend;
    const { inputSize } = this.spec;
    const pixels = new Float32Array(samples.length * inputSize * inputSize * 3);
    samples.forEach(({ image }, index) => {
      const at = index * image.data.length;
      for (let i = 0; i < image.data.length; i++) pixels[at + i] = (image.data[i] as number) / 255;
    });
    return tf.tensor4d(pixels, [samples.length, inputSize, inputSize, 3]);
  }

  #parameters(flat: Tf.Tensor1D): ReadonlyMap<string, Tf.Tensor> {
    const { tf } = this.#backend;
    const slots = this.#layout.trainable;
    const parts = tf.split(
      flat,
      slots.map((slot) => slot.length),
    );
    return new Map(slots.map(({ name, shape }, index) => [name, tf.reshape(parts[index] as Tf.Tensor, [...shape])]));
  }

  #head(outputs: readonly Tf.Tensor[], batch: number): HeadOutputs {
    const { tf } = this.#backend;
    const levels = this.spec.strides.levels.length;
    const { classNames, prototypes } = this.spec;
    const joined = (maps: readonly Tf.Tensor[], channels: number) =>
      tf.concat(
        maps.map((map) => tf.reshape(map, [batch, -1, channels])),
        1,
      );
    return {
      classLogits: joined(outputs.slice(0, levels), classNames.length) as Tf.Tensor3D,
      regression: tf.reshape(joined(outputs.slice(levels, 2 * levels), 4 + prototypes), [-1, 4 + prototypes]),
      prototypes: tf.reshape(outputs[2 * levels] as Tf.Tensor, [-1, prototypes]),
    };
  }

  /** What the assigner needs to see, copied out of TensorFlow once a step. */
  #readBack({ classLogits, regression }: HeadOutputs, batch: number): ImagePrediction[] {
    const { tf } = this.#backend;
    const { anchors, classCount } = this.#grid;
    const logits = classLogits.dataSync() as Float32Array;
    const distances = tf.softplus(tf.slice(regression, [0, 0], [-1, 4])).dataSync() as Float32Array;
    return Array.from({ length: batch }, (_, image) => ({
      classCount,
      classLogits: logits.subarray(image * anchors.count * classCount, (image + 1) * anchors.count * classCount),
      boxes: boxesAt(anchors, distances.subarray(image * anchors.count * 4, (image + 1) * anchors.count * 4)),
    }));
  }

  #averageStatistics(batch: ReadonlyMap<string, BatchStatistics>): void {
    const { tf } = this.#backend;
    const next = tf.tidy(() => {
      const flat = this.#layout.statistics.flatMap(({ norm }) => {
        const { mean, variance } = batch.get(norm) as BatchStatistics;
        return [mean, variance];
      });
      return tf.add(tf.mul(this.#statistics, STATISTICS_KEPT), tf.mul(tf.concat(flat), 1 - STATISTICS_KEPT)) as Tf.Tensor1D;
    });
    this.#statistics.dispose();
    this.#statistics = next;
  }

  #report(parts: Float32Array, norm: number): StepReport {
    const [classLoss, boxLoss, maskLoss] = parts as unknown as [number, number, number];
    const loss = classLoss + this.#settings.boxWeight * boxLoss + this.#settings.maskWeight * maskLoss;
    return {
      step: this.#step,
      loss,
      classLoss,
      boxLoss,
      maskLoss,
      gradientNorm: norm,
      applied: Number.isFinite(loss) && Number.isFinite(norm),
    };
  }
}

function startOf(model: onnx.Model, layout: ParameterLayout, checkpoint: Checkpoint | undefined): Checkpoint {
  const { weights, statistics } = readParameters(model, layout);
  if (checkpoint !== undefined) {
    const fits = checkpoint.weights.length === weights.length && checkpoint.statistics.length === statistics.length;
    if (!fits) throw damaged(`it holds ${checkpoint.weights.length} weights for a model of ${weights.length}`);
    return checkpoint;
  }
  const zeros = () => new Float32Array(weights.length);
  return { step: 0, skippedSteps: 0, weights, average: weights, firstMoment: zeros(), secondMoment: zeros(), statistics };
}

/** [A, 4] distances left, top, right, bottom in strides, to boxes in input pixels. */
function boxesAt({ count, x, y, stride }: TargetGrid['anchors'], distances: Float32Array): Float32Array {
  const boxes = new Float32Array(count * 4);
  for (let anchor = 0, at = 0; anchor < count; anchor++, at += 4) {
    boxes[at] = x[anchor] - distances[at] * stride[anchor];
    boxes[at + 1] = y[anchor] - distances[at + 1] * stride[anchor];
    boxes[at + 2] = x[anchor] + distances[at + 2] * stride[anchor];
    boxes[at + 3] = y[anchor] + distances[at + 3] * stride[anchor];
  }
  return boxes;
}

function notFinite(skipped: number, step: number): SelfpasteError {
  return new SelfpasteError(
    'GUARD_LOSS_NOT_FINITE',
    `Expected a finite loss, got none in ${skipped} of ${step} steps`,
    'lower train.learningRate or raise train.warmupSteps, then start a new run',
  );
}
