import type * as Tf from '@tensorflow/tfjs-core';
import { type onnx, type Sample, SelfpasteError } from '../../core/index.ts';
import type { Backend } from '../backend.ts';
import { compileGraph, type GraphFunction } from '../graph/graph-function.ts';
import { type ParameterLayout, parameterLayout, readParameters, writeParameters } from '../graph/parameters.ts';
import { readSpec, type StudentSpec } from '../spec.ts';
import { anchorsOf } from './anchors.ts';
import { type Checkpoint, damaged } from './checkpoint.ts';
import { BatchLoss, type HeadOutputs, type LossReport, type LossWeights } from './losses.ts';
import { freshVectors, Optimizer, type OptimizerSettings } from './optimizer.ts';
import { partWeights } from './part-weights.ts';
import { RunningStatistics, renormLimits } from './running-statistics.ts';
import { learningRateFactor, rampUp, type ScheduleSettings } from './schedule.ts';
import { meanReport, type StepReport } from './step-report.ts';
import type { TargetGrid, Targets } from './targets.ts';

/** Shape letters: B batch, S input size, K classes, M prototypes, R bins, A anchors, h w grids, P all trainable numbers. */
export interface TrainSettings extends OptimizerSettings, ScheduleSettings {
  /** Pictures a step. */
  readonly batchSize: number;
  /** Parts that a step's pictures are trained in, one after the other, for less memory; their gradients are averaged. Divides `batchSize`. */
  readonly microBatches: number;
  /** Peak of the schedule. */
  readonly learningRate: number;
  /** Weight of the pseudo-labeled pictures' loss beside that of the labeled ones; 0 or more. */
  readonly unsupWeight: number;
  /** Steps over which that weight rises from 0. */
  readonly unsupWarmupSteps: number;
  readonly boxWeight: number;
  readonly dflWeight: number;
  readonly maskWeight: number;
  /** By the batch alone, or held near the running statistics, which small batches need. */
  readonly norm: 'batch' | 'renorm';
}

/** So many steps in a row without a finite loss end a training. */
const MAX_SKIPPED_STEPS = 5;

/** Trains a student's graph step by step. Knows nothing of files, logs or validation. */
export class StudentTrainer {
  readonly spec: StudentSpec;
  readonly #backend: Backend;
  readonly #settings: TrainSettings;
  readonly #model: onnx.Model;
  readonly #layout: ParameterLayout;
  readonly #graph: GraphFunction;
  readonly #loss: BatchLoss;
  readonly #wanted: readonly string[];
  readonly #optimizer: Optimizer;
  /** A step's pixels, before they are on the backend. */
  #pixels = new Int32Array();
  readonly #statistics: RunningStatistics;
  #step = 0;
  #updates = 0;
  /** Steps left out since the last one that was not. */
  #skipped = 0;

  /** Starts from the model's own weights, or goes on from a checkpoint. Throws DATA_BAD_CHECKPOINT where that is of another model. */
  constructor(backend: Backend, model: onnx.Model, settings: TrainSettings, checkpoint?: Checkpoint) {
    const { tf, kernels } = backend;
    this.spec = readSpec(model);
    this.#backend = backend;
    this.#settings = settings;
    this.#model = model;
    this.#layout = parameterLayout(model);
    this.#graph = compileGraph(model, tf, kernels);
    this.#loss = new BatchLoss(tf, gridOf(this.spec));
    this.#wanted = headValues(this.spec);
    const start = startOf(model, this.#layout, settings, checkpoint);
    this.#optimizer = new Optimizer(settings, this.#layout.trainable, start);
    this.#statistics = new RunningStatistics(tf, this.#layout.statistics, start.statistics);
    this.#step = start.step;
    this.#updates = start.updates;
    this.#skipped = start.skippedSteps;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** One optimizer update on a batch. Throws GUARD_LOSS_NOT_FINITE when a few steps in a row gave no finite loss. */
  train(samples: readonly Sample[]): StepReport {
    const learningRate = this.#settings.learningRate * learningRateFactor(this.#step, this.#settings);
    const microBatches = partsOf(samples, this.#settings.microBatches);
    const weights = this.#lossWeights(microBatches);
    const reports = microBatches.map((part) => this.#addGradient(part, weights));
    const gradientNorm = this.#optimizer.gradientNorm();
    const losses = meanReport(reports, weights);
    const applied = Number.isFinite(losses.loss) && Number.isFinite(gradientNorm);
    if (applied) {
      this.#optimizer.apply(this.#updates, learningRate, gradientNorm);
      this.#statistics.update(this.#updates);
      this.#updates++;
      this.#skipped = 0;
    } else {
      this.#optimizer.forget();
      this.#statistics.forget();
      this.#skipped++;
    }
    const report = { step: this.#step, ...losses, gradientNorm, learningRate, applied };
    this.#step++;
    if (this.#skipped >= MAX_SKIPPED_STEPS) throw notFinite(this.#skipped, this.#step);
    return report;
  }

  checkpoint(): Checkpoint {
    const counts = { step: this.#step, updates: this.#updates, skippedSteps: this.#skipped };
    return { ...counts, statistics: this.#statistics.values(), ...this.#optimizer.vectors() };
  }

  /** What the next step would teach each picture's anchors, were they all its batch. Changes nothing. */
  targets(samples: readonly Sample[]): readonly Targets[] {
    let targets: readonly Targets[] = [];
    this.#backend.tf.tidy(() => {
      targets = this.#loss.targets(this.#head(this.#parameters(), this.#images(samples)), samples, this.#step);
    });
    this.#statistics.forget();
    return targets;
  }

  /** The student as a model file: the averaged weights in the graph that was trained. */
  student(): onnx.Model {
    const { average, statistics } = this.checkpoint();
    return writeParameters(this.#model, this.#layout, { weights: average, statistics });
  }

  dispose(): void {
    this.#graph.dispose();
    this.#statistics.dispose();
  }

  #lossWeights(microBatches: readonly (readonly Sample[])[]): LossWeights {
    const { boxWeight, dflWeight, maskWeight, unsupWeight, unsupWarmupSteps } = this.#settings;
    const parts = partWeights(microBatches, unsupWeight * rampUp(this.#step, unsupWarmupSteps));
    return { box: boxWeight, dfl: dflWeight, mask: maskWeight, parts };
  }

  /** Adds a micro-batch's gradient to the step's. */
  #addGradient(samples: readonly Sample[], weights: LossWeights): LossReport {
    const { tf } = this.#backend;
    let report: LossReport | undefined;
    tf.tidy(() => {
      const images = this.#images(samples);
      const lossOf = (...parameters: Tf.Tensor[]) => {
        const loss = this.#loss.of(this.#head(parameters, images), samples, weights, this.#step);
        report = loss.report;
        return loss.total;
      };
      const { grads } = tf.valueAndGrads(lossOf)(this.#parameters());
      this.#optimizer.add(grads.map((gradient) => gradient.dataSync() as Float32Array));
    });
    this.#statistics.batchDone();
    return report as LossReport;
  }

  /** Runs the network up to its head. */
  #head(weights: readonly Tf.Tensor[], images: Tf.Tensor4D): HeadOutputs {
    const parameters = new Map(this.#layout.trainable.map(({ name }, slot) => [name, weights[slot] as Tf.Tensor]));
    const running = this.#settings.norm === 'renorm' ? this.#statistics.tensors() : undefined;
    const outputs = this.#graph.run(
      {
        images,
        parameter: (name) => (parameters.get(name) ?? running?.get(name)) as Tf.Tensor,
        mode: {
          kind: 'training',
          collect: (norm, statistics) => this.#statistics.collect(norm, statistics),
          renorm: running ? renormLimits(this.#step, this.#settings.steps) : null,
        },
      },
      this.#wanted,
    );
    const levels = this.spec.head.levels.length;
    const part = (index: number) => outputs.slice(index * levels, (index + 1) * levels) as Tf.Tensor4D[];
    return { classLogits: part(0), boxLogits: part(1), coefficients: part(2), prototypes: outputs[3 * levels] as Tf.Tensor4D };
  }

  /** Uint8 pixels to [B, S, S, 3] in 0..1. */
  #images(samples: readonly Sample[]): Tf.Tensor4D {
    const { tf } = this.#backend;
    const { inputSize } = this.spec;
    const count = samples.length * inputSize * inputSize * 3;
    if (this.#pixels.length !== count) this.#pixels = new Int32Array(count);
    const pixels = this.#pixels;
    samples.forEach(({ image }, index) => {
      pixels.set(image.data, index * image.data.length);
    });
    const whole = tf.tensor4d(pixels, [samples.length, inputSize, inputSize, 3], 'int32');
    return tf.div(tf.cast(whole, 'float32'), 255);
  }

  /** The weights on the backend. */
  #parameters(): Tf.Tensor[] {
    const { tf } = this.#backend;
    return this.#layout.trainable.map(({ shape }, slot) => tf.tensor(this.#optimizer.weights(slot), [...shape]));
  }
}

/** Neighbours stay together: a batch alternates between labeled and pseudo-labeled pictures, and so does each part. */
function partsOf(samples: readonly Sample[], count: number): readonly (readonly Sample[])[] {
  const size = Math.ceil(samples.length / count);
  return Array.from({ length: count }, (_, part) => samples.slice(part * size, (part + 1) * size));
}

function gridOf(spec: StudentSpec): TargetGrid {
  return {
    anchors: anchorsOf(spec),
    classCount: spec.classNames.length,
    prototypeCells: spec.inputSize / spec.strides.prototype,
  };
}

/** The head's values: classes of all levels, boxes, coefficients, then the prototypes. */
function headValues({ head: { levels, prototypes } }: StudentSpec): readonly string[] {
  const parts = ['classes', 'box', 'coefficients'] as const;
  return [...parts.flatMap((part) => levels.map((level) => level[part])), prototypes];
}

function startOf(model: onnx.Model, layout: ParameterLayout, { optimizer }: TrainSettings, checkpoint: Checkpoint | undefined): Checkpoint {
  const { weights, statistics } = readParameters(model, layout);
  const fresh = freshVectors(weights, optimizer);
  if (checkpoint === undefined) return { step: 0, updates: 0, skippedSteps: 0, statistics, ...fresh };
  if (checkpoint.weights.length !== weights.length || checkpoint.statistics.length !== statistics.length)
    throw damaged(`it holds ${checkpoint.weights.length} weights for a model of ${weights.length}`);
  if (checkpoint.secondMoment.length !== fresh.secondMoment.length) throw damaged(`it is not one of the optimizer ${optimizer.kind}`);
  return checkpoint;
}

function notFinite(skipped: number, step: number): SelfpasteError {
  return new SelfpasteError(
    'GUARD_LOSS_NOT_FINITE',
    `Expected a finite loss, got none in the ${skipped} steps before step ${step}`,
    'lower train.learningRate or raise train.warmupSteps, then start a new run',
  );
}
