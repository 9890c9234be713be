import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { peakRssMb } from './harness.ts';
import { askPeer, type PeerAnswer } from './peers.ts';
import type { SubjectReport } from './report.ts';
import { factsOf, findingsOf, type MeasuredStudent, trialsOf } from './student-figures.ts';
import { threads } from './student-training.ts';
import type { ExchangeReport, ProfileReport, StreamReport, StudentTask, TimeReport } from './student-work.ts';
import { type BenchTask, inputsFor, pictureCount, roundsOf } from './task.ts';
import { readTrainingPictures, withTrainingSetFile } from './training-set.ts';

/** Steps whose losses are compared. */
const comparedSteps = 3;

/** A training step of selfpaste-s at 256 px, batch 8, two threads, against the same network in PyTorch; and what a long training does. */
export async function benchStudent(task: BenchTask): Promise<SubjectReport> {
  const set = await readTrainingPictures(await inputsFor(task, { images: pictureCount(task), pictures: true }));
  const measured = await withTrainingSetFile(set, (file) => withFolder((folder) => measureAll(task, file, folder)));
  return {
    subject: 'student',
    notes: [
      'both sides train the same ONNX file on the same batch; ours also assigns targets to anchors anew in each step, the peer is given them',
      'PyTorch runs channels-last with in-place ReLU, fused AdamW and list-wise averages; masks as one matrix product an image',
      'steps from the sample stream, memory and tensors are those of a process that trains as the trainer does, sample thread included',
    ],
    trials: trialsOf(measured),
    findings: findingsOf(measured),
    facts: factsOf(measured),
    peakRssMb: peakRssMb(),
  };
}

async function measureAll(task: BenchTask, trainingSetFile: string, folder: string): Promise<MeasuredStudent> {
  const ask = <Report>(work: StudentTask['work'], deterministic = false) =>
    train<Report>({ trainingSetFile, seed: task.seed, deterministic, work });
  const steps = task.quick ? 3 : 20;
  const exchange = await ask<ExchangeReport>({ kind: 'exchange', folder, steps: comparedSteps });
  const rounds = { ours: [] as TimeReport[], deterministic: [] as TimeReport[], answers: [] as PeerAnswer[] };
  for (let round = 0; round < roundsOf(task); round++) {
    rounds.ours.push(await ask<TimeReport>({ kind: 'time', steps }));
    if (rounds.answers.every(({ kind }) => kind === 'ran')) rounds.answers.push(await askPyTorch(task, folder, steps));
    rounds.deterministic.push(await ask<TimeReport>({ kind: 'time', steps }, true));
  }
  const profile = await ask<ProfileReport>({ kind: 'profile', steps });
  const stream = await ask<StreamReport>({ kind: 'stream', steps: task.quick ? 50 : 2000 });
  return { exchange, ...rounds, profile, stream };
}

/** The script is ours, and reads what the exchange wrote. */
function askPyTorch({ peers, inputs }: BenchTask, folder: string, steps: number): Promise<PeerAnswer> {
  const given = [folder, '--steps', `${steps}`, '--threads', `${threads}`];
  return askPeer({ ...peers, scripts: join(process.cwd(), 'bench/peers') }, 'student_step.py', given, inputs);
}

const workerScript = fileURLToPath(new URL('./student-worker.js', import.meta.url));

async function train<Report>(task: StudentTask): Promise<Report> {
  // As the trainer is started: glibc would otherwise keep an arena a thread.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
  const { stdout } = await promisify(execFile)(process.execPath, [workerScript, JSON.stringify(task)], { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Report;
}

async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'selfpaste-bench-student-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
