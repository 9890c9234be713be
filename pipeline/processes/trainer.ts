/** The trainer process: one round's training set in, checkpoints and students out. It never touches the database. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { openSampleStream, type SampleBatch, type SampleStream } from '../../augment/index.ts';
import { errorFacts, onnx, SelfpasteError, sha256 } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { type Backend, decodeCheckpoint, encodeCheckpoint, loadBackend, type StepReport, StudentTrainer } from '../../student/index.ts';
import { commitPoint } from '../commit-points.ts';
import { rssMb, serve } from './channel.ts';
import { saveFailedBatch } from './failed-batch.ts';
import type { Continuation, TrainerReply, TrainerRequest, TrainRequest, WrittenFile } from './messages.ts';
import { factsOf, TrainingMeter } from './training-meter.ts';

type Reply = (message: TrainerReply) => void;

let stopping = false;
/** Called with what the training waits for. */
let hearContinuation: (continuation: Continuation) => void = () => {};

serve<TrainerRequest, TrainerReply>(async (request, reply) => {
  if (request.kind === 'measured') {
    hearContinuation(request.continuation);
    return;
  }
  if (request.kind === 'stop') {
    stopping = true;
    return;
  }
  const backend = await loadBackend(request.backend, request);
  const { name, version, threads, why } = backend;
  reply({ kind: 'backend', facts: { name, version, threads, why } });
  // Not awaited: a stop must get through while the training goes on.
  if (request.kind === 'train')
    train(backend, request, reply).catch((error: unknown) => reply({ kind: 'failed', error: errorFacts(error) }));
});

async function train(backend: Backend, request: TrainRequest, reply: Reply): Promise<void> {
  const checkpoint = request.resumeFrom === null ? undefined : decodeCheckpoint(readFileSync(request.resumeFrom));
  const trainer = new StudentTrainer(backend, onnx.decodeModel(readFileSync(request.initialModel)), request.settings, checkpoint);
  const samples = samplesFrom(request, trainer.step);
  const isTrained = await trainOn(samples, trainer, request, reply);
  await samples.close();
  if (!isTrained) {
    await save(trainer, request, reply);
    reply({ kind: 'stopped', step: trainer.step });
    return;
  }
  await writeInterim(trainer, request);
  const [tensors, peakRssBytes] = [backend.tf.memory().numTensors, process.resourceUsage().maxRSS * 1024];
  reply({ kind: 'done', step: trainer.step, tensors, peakRssBytes });
}

function samplesFrom(
  { settings: { batchSize }, seed, round, recipe, workers, trainingSetFile }: TrainRequest,
  firstStep: number,
): SampleStream {
  return openSampleStream({ trainingSetFile, seed, round, recipe, batchSize, firstStep, workers, lookahead: 4 });
}

/** @returns whether the training came to its end, rather than to a stop */
async function trainOn(samples: SampleStream, trainer: StudentTrainer, request: TrainRequest, reply: Reply): Promise<boolean> {
  const { settings, validateSteps, checkpointSteps } = request;
  const isDue = (interval: number) => interval > 0 && trainer.step > 0 && trainer.step % interval === 0;
  const meter = new TrainingMeter();
  while (trainer.step < settings.steps) {
    // Also the first thing after a restart: whether the student of this step was measured is not known here.
    if (isDue(validateSteps) && !stopping && (await validated(trainer, request, reply)) === 'stop-here') return true;
    if (stopping) return false;
    const askedMs = performance.now();
    const batch = await samples.next();
    const readyMs = performance.now();
    const report = await step(trainer, batch, request);
    meter.add({ report, batch: factsOf(batch), waitMs: readyMs - askedMs, stepMs: performance.now() - askedMs });
    if (meter.due(isDue(validateSteps) || trainer.step === settings.steps))
      reply({ kind: 'progress', progress: meter.take(), rssMb: rssMb() });
    if ((isDue(checkpointSteps) || isDue(validateSteps)) && trainer.step < settings.steps) await save(trainer, request, reply);
    // The step is one long native call: messages get through here.
    await new Promise(setImmediate);
  }
  return true;
}

/** Throws GUARD_LOSS_NOT_FINITE once its batch is saved. */
async function step(trainer: StudentTrainer, { samples }: SampleBatch, request: TrainRequest): Promise<StepReport> {
  const index = trainer.step;
  try {
    return trainer.train(samples);
  } catch (error) {
    if (!(error instanceof SelfpasteError) || error.code !== 'GUARD_LOSS_NOT_FINITE') throw error;
    throw await saveFailedBatch(request, index, trainer.checkpoint(), error);
  }
}

/** Hands the averaged student over and waits for what follows. */
async function validated(trainer: StudentTrainer, request: TrainRequest, reply: Reply): Promise<Continuation> {
  await writeInterim(trainer, request);
  const continuation = new Promise<Continuation>((resolve) => {
    hearContinuation = resolve;
  });
  reply({ kind: 'interim-student', step: trainer.step });
  return continuation;
}

async function writeInterim(trainer: StudentTrainer, { interimFile }: TrainRequest): Promise<void> {
  await writeFileAtomic(interimFile, onnx.encodeModel(trainer.student()));
  commitPoint('interim-student-written');
}

async function save(trainer: StudentTrainer, { checkpointFolder }: TrainRequest, reply: Reply): Promise<void> {
  const path = join(checkpointFolder, `step-${String(trainer.step).padStart(7, '0')}.checkpoint`);
  const file = await write(path, encodeCheckpoint(trainer.checkpoint()));
  commitPoint('checkpoint-file-written');
  reply({ kind: 'checkpoint', step: trainer.step, file });
}

async function write(path: string, bytes: Uint8Array): Promise<WrittenFile> {
  await writeFileAtomic(path, bytes);
  return { path, sha256: sha256(createHash('sha256').update(bytes).digest('hex')), bytes: bytes.byteLength };
}
