import process from 'node:process';
import type { Sample } from '../core/index.ts';
import { loadBackend, StudentTrainer } from '../student/index.ts';
import { type Measurement, median } from './harness.ts';
import { nativeCalls } from './native-calls.ts';
import { writeExchange } from './student-exchange.ts';
import { trainFromStream } from './student-stream.ts';
import { batchSize, benchStudentModel, fixedBatch, threads, trainSettings, warmUpSteps } from './student-training.ts';
import type { ProfileReport, StudentTask } from './student-work.ts';

/** A process of its own, as the trainer is one: tfjs, and the threads of the sample stream. */

const task = JSON.parse(process.argv[2]) as StudentTask;
const { seed, work, trainingSetFile } = task;
const backend = await loadBackend('native', { threads, deterministic: task.deterministic });
process.stdout.write(JSON.stringify(await report()));

async function report(): Promise<unknown> {
  if (work.kind === 'stream') return trainFromStream(backend, trainingSetFile, seed, work.steps);
  const batch = await fixedBatch(trainingSetFile, seed);
  if (work.kind === 'exchange') return writeExchange(work.folder, backend, benchStudentModel(seed), batch, work.steps);
  const trainer = warmTrainer(batch);
  return work.kind === 'time' ? timed(trainer, batch, work.steps) : profiled(trainer, batch, work.steps);
}

function warmTrainer(batch: readonly Sample[]): StudentTrainer {
  const trainer = new StudentTrainer(backend, benchStudentModel(seed), trainSettings);
  for (let step = 0; step < warmUpSteps; step++) trainer.train(batch);
  return trainer;
}

function timed(trainer: StudentTrainer, batch: readonly Sample[], steps: number): Measurement {
  const cpu = process.cpuUsage();
  const stepMs = Array.from({ length: steps }, () => {
    const startMs = performance.now();
    trainer.train(batch);
    return performance.now() - startMs;
  });
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (1000 * batchSize) / median(stepMs), cpuUsPerItem: (user + system) / (steps * batchSize) };
}

function profiled(trainer: StudentTrainer, batch: readonly Sample[], steps: number): ProfileReport {
  const startMs = performance.now();
  const calls = nativeCalls(backend, () => {
    for (let step = 0; step < steps; step++) trainer.train(batch);
  });
  const stepMs = (performance.now() - startMs) / steps;
  return { stepMs, calls: calls.map(({ op, calls, ms }) => ({ op, calls: calls / steps, ms: ms / steps })) };
}
