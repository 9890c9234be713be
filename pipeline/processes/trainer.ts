/** The trainer process: one round's training set in, checkpoints and an ONNX file out. It never touches the database. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type DropCounts, openSampleStream, type SampleBatch } from '../../augment/index.ts';
import { errorFacts, onnx, sha256 } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { type Backend, decodeCheckpoint, encodeCheckpoint, loadBackend, type StepReport, StudentTrainer } from '../../student/index.ts';
import { serve } from './channel.ts';
import type { TrainerReply, TrainerRequest, TrainingProgress, TrainRequest, WrittenFile } from './messages.ts';

type Reply = (message: TrainerReply) => void;

/** A report about twice a second: often enough to look alive, seldom enough to cost nothing. */
const REPORT_MS = 500;

let stopping = false;

serve<TrainerRequest, TrainerReply>(async (request, reply) => {
  if (request.kind === 'stop') {
    stopping = true;
    return;
  }
  const backend = await loadBackend(request.backend, request.threads);
  const { name, version, threads, why } = backend;
  reply({ kind: 'backend', facts: { name, version, threads, why } });
  // Not awaited: a stop must get through while the training goes on.
  if (request.kind === 'train')
    train(backend, request, reply).catch((error: unknown) => reply({ kind: 'failed', error: errorFacts(error) }));
});

async function train(backend: Backend, request: TrainRequest, reply: Reply): Promise<void> {
  const { settings, seed, round, recipe, workers, trainingSetFile } = request;
  const checkpoint = request.resumeFrom === null ? undefined : decodeCheckpoint(readFileSync(request.resumeFrom));
  const trainer = new StudentTrainer(backend, onnx.decodeModel(readFileSync(request.initialModel)), settings, checkpoint);
  const samples = openSampleStream({
    trainingSetFile,
    seed,
    round,
    recipe,
    batchSize: settings.batchSize,
    firstStep: trainer.step,
    workers,
    lookahead: 4,
  });
  const meter = new Meter();
  while (trainer.step < settings.steps && !stopping) {
    const askedMs = performance.now();
    const batch = await samples.next();
    const readyMs = performance.now();
    const report = trainer.train(batch.samples);
    meter.add({ report, batch: factsOf(batch), waitMs: readyMs - askedMs, stepMs: performance.now() - askedMs });
    if (meter.due(trainer.step === settings.steps)) reply({ kind: 'progress', progress: meter.take() });
    if (trainer.step % request.checkpointSteps === 0 && trainer.step < settings.steps) await save(trainer, request, reply);
    // The step is one long native call: messages get through here.
    await new Promise(setImmediate);
  }
  await samples.close();
  if (trainer.step < settings.steps) {
    await save(trainer, request, reply);
    reply({ kind: 'stopped', step: trainer.step });
    return;
  }
  const file = await write(request.studentFile, onnx.encodeModel(trainer.student()));
  reply({ kind: 'done', file, tensors: backend.tf.memory().numTensors, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
}

async function save(trainer: StudentTrainer, { checkpointFolder }: TrainRequest, reply: Reply): Promise<void> {
  const name = `step-${String(trainer.step).padStart(7, '0')}.checkpoint`;
  const file = await write(join(checkpointFolder, name), encodeCheckpoint(trainer.checkpoint()));
  reply({ kind: 'checkpoint', step: trainer.step, file });
}

async function write(path: string, bytes: Uint8Array): Promise<WrittenFile> {
  await writeFileAtomic(path, bytes);
  return { path, sha256: sha256(createHash('sha256').update(bytes).digest('hex')), bytes: bytes.byteLength };
}

/** One step: what it did, on what, and how long it took. */
interface MeteredStep {
  readonly report: StepReport;
  readonly batch: BatchFacts;
  readonly waitMs: number;
  readonly stepMs: number;
}

/** What a batch held, without its pixels. */
interface BatchFacts {
  readonly pictures: number;
  readonly objects: number;
  readonly dropped: DropCounts;
}

const factsOf = ({ samples, dropped }: SampleBatch): BatchFacts => ({
  pictures: samples.length,
  objects: samples.reduce((sum, { instances }) => sum + instances.length, 0),
  dropped,
});

/** Means of what the steps say, between two reports. */
class Meter {
  #steps: MeteredStep[] = [];
  #lastMs = performance.now();

  add(step: MeteredStep): void {
    this.#steps.push(step);
  }

  due(last: boolean): boolean {
    return last || performance.now() - this.#lastMs >= REPORT_MS;
  }

  take(): TrainingProgress {
    const steps = this.#steps;
    const total = (pick: (step: MeteredStep) => number) => steps.reduce((sum, step) => sum + pick(step), 0);
    const mean = (pick: (step: MeteredStep) => number) => total(pick) / steps.length;
    const aPicture = (pick: (batch: BatchFacts) => number) => total(({ batch }) => pick(batch)) / total(({ batch }) => batch.pictures);
    this.#steps = [];
    this.#lastMs = performance.now();
    return {
      step: (steps.at(-1)?.report.step ?? -1) + 1,
      loss: mean(({ report }) => report.loss),
      classLoss: mean(({ report }) => report.classLoss),
      boxLoss: mean(({ report }) => report.boxLoss),
      maskLoss: mean(({ report }) => report.maskLoss),
      gradientNorm: mean(({ report }) => report.gradientNorm),
      stepMs: mean(({ stepMs }) => stepMs),
      waitMs: mean(({ waitMs }) => waitMs),
      skippedSteps: steps.filter(({ report }) => !report.applied).length,
      objects: aPicture(({ objects }) => objects),
      droppedOutside: aPicture(({ dropped }) => dropped.outside),
      droppedTooSmall: aPicture(({ dropped }) => dropped['too-small']),
      droppedOccluded: aPicture(({ dropped }) => dropped.occluded),
      droppedOverLimit: aPicture(({ dropped }) => dropped['over-limit']),
    };
  }
}
