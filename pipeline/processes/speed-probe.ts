/** A process that trains a student on made-up pictures for some seconds, and says how fast that is. */
import process from 'node:process';
import { classIndex, type Sample, type SampleInstance, stream } from '../../core/index.ts';
import {
  type BackendChoice,
  type BackendFacts,
  type BackendSettings,
  buildStudent,
  type FreshStudent,
  loadBackend,
  StudentTrainer,
  type TrainSettings,
} from '../../student/index.ts';
import { serve } from './channel.ts';
import type { ChildFailure } from './messages.ts';

export interface SpeedRequest {
  readonly backend: BackendChoice;
  readonly backendSettings: BackendSettings;
  readonly student: FreshStudent;
  readonly settings: TrainSettings;
  /** How long steps are measured, after the first ones. */
  readonly durationMs: number;
}

export interface TrainingSpeed {
  readonly backend: BackendFacts;
  /** Median. */
  readonly stepMs: number;
  readonly steps: number;
  readonly peakRssBytes: number;
}

export type SpeedReply = { readonly kind: 'measured'; readonly speed: TrainingSpeed } | ChildFailure;

/** Until memory is laid out and all code compiled. */
const WARM_UP_STEPS = 2;
const LEAST_STEPS = 3;

serve<SpeedRequest, SpeedReply>(async (request, reply) => {
  const { name, version, threads, why, ...loaded } = await loadBackend(request.backend, request.backendSettings);
  const backend = { name, version, threads, why };
  const trainer = new StudentTrainer({ ...backend, ...loaded }, buildStudent(request.student, 0), request.settings);
  const timesMs = timeSteps(trainer, madeUpBatch(request), request.durationMs);
  const speed = {
    backend,
    stepMs: timesMs[timesMs.length >> 1],
    steps: timesMs.length,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  reply({ kind: 'measured', speed });
});

/** @returns the times of the steps, shortest first */
function timeSteps(trainer: StudentTrainer, batch: readonly Sample[], durationMs: number): readonly number[] {
  for (let step = 0; step < WARM_UP_STEPS; step++) trainer.train(batch);
  const timesMs: number[] = [];
  const endMs = performance.now() + durationMs;
  while (timesMs.length < LEAST_STEPS || performance.now() < endMs) {
    const startedMs = performance.now();
    trainer.train(batch);
    timesMs.push(performance.now() - startedMs);
  }
  return timesMs.sort((a, b) => a - b);
}

const madeUpBatch = ({ student, settings }: SpeedRequest): readonly Sample[] =>
  Array.from({ length: settings.batchSize }, (_, index) => madeUpSample(student, index));

/** Noise with objects: what a step costs hardly depends on what is seen. */
function madeUpSample({ inputSize, strides, classNames }: FreshStudent, index: number): Sample {
  const chance = stream(0, 'speed', index);
  const data = Uint8Array.from({ length: 3 * inputSize * inputSize }, () => chance.integer(256));
  const cells = Math.floor(inputSize / strides.prototype);
  const instances = Array.from({ length: OBJECTS }, (_, at) => madeUpObject(at, cells, strides.prototype, classNames.length));
  return { image: { size: { width: inputSize, height: inputSize }, data }, instances, ignored: [], stream: 'labeled' };
}

const OBJECTS = 8;

/** A square that takes most of its place in a grid of four by two. */
function madeUpObject(at: number, cells: number, stride: number, classes: number): SampleInstance {
  const sideCells = Math.max(1, Math.floor(cells / 5));
  const [x, y] = [Math.floor(((at % 4) * cells) / 4), Math.floor(((at >> 2) * cells) / 2)];
  const grid = { x1: x, y1: y, x2: x + sideCells, y2: y + sideCells };
  return {
    classIndex: classIndex(at % classes),
    box: { x1: stride * grid.x1, y1: stride * grid.y1, x2: stride * grid.x2, y2: stride * grid.y2 },
    source: { by: 'human' },
    grid,
    coverage: new Uint8Array(sideCells * sideCells).fill(255),
  };
}
