import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResolvedConfig } from '../../config/index.ts';
import { errorFacts, errorFromFacts, onnx } from '../../core/index.ts';
import { buildStudent, type FreshStudent, stridesOf } from '../../student/index.ts';
import { labelerSettings } from '../measuring/model-detections.ts';
import { type ArrangementTrial, measureArrangement } from '../processes/arrangement-trial.ts';
import { startChild } from '../processes/child.ts';
import type { SpeedReply, SpeedRequest, TrainingSpeed } from '../processes/speed-probe.ts';
import { trainSettingsOf } from '../training/student-plan.ts';
import { broken, type Finding, inBytes, ok, quoted, warning } from './finding.ts';
import { REINSTALL, SET_UP_TENSORFLOW } from './parts.ts';

const PROBE = fileURLToPath(new URL('../processes/speed-probe.js', import.meta.url));
const PROBE_STALL_MS = 90_000;
const TRAINING_MS = 4000;
/** As many as the generated scenes of the demo have. */
const CLASS_NAMES = ['one', 'two', 'three', 'four'];

/** Trains a default student for some seconds, then lets a labeling process run it; one after the other, as a run does. */
export async function checkSpeed(config: ResolvedConfig): Promise<readonly Finding[]> {
  const { size, inputSize, prototypes } = config.student;
  const student: FreshStudent = { classNames: CLASS_NAMES, inputSize, strides: stridesOf([8, 16, 32]), prototypes, size };
  return [await training(config, student), await labeling(config, student)];
}

async function training(config: ResolvedConfig, student: FreshStudent): Promise<Finding> {
  try {
    return judgeTraining(await measureTraining(config, student), student, config.train.batchSize);
  } catch (error) {
    return broken('speed.training', 'training', errorFacts(error).message, speedFix(error));
  }
}

async function measureTraining(config: ResolvedConfig, student: FreshStudent): Promise<TrainingSpeed> {
  const { backend, threads, deterministic } = config.train;
  const child = startChild<SpeedRequest, SpeedReply>('trainer', PROBE);
  try {
    const settings = trainSettingsOf(config, student);
    child.send({ backend, backendSettings: { threads, deterministic }, student, settings, durationMs: TRAINING_MS });
    const reply = await child.receive(PROBE_STALL_MS);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    return reply.speed;
  } finally {
    await child.kill();
  }
}

/** What helps where speed cannot be measured: a process that the kernel ended is no part that is broken, nor is a full disk. */
export function speedFix(error: unknown): string {
  if (errorFacts(error).code.startsWith('ENVIRONMENT_CHILD_')) return "sudo dmesg | grep -iE 'killed process|segfault' | tail";
  return error instanceof Error && 'syscall' in error ? `df -h ${quoted(tmpdir())}` : REINSTALL;
}

/** What was measured is a fact; that it is the slow backend is a problem. */
export function judgeTraining({ backend, stepMs, peakRssBytes }: TrainingSpeed, student: FreshStudent, batchSize: number): Finding {
  const [id, part] = ['speed.training', 'training'] as const;
  const threads = `${backend.threads} thread${backend.threads === 1 ? '' : 's'}`;
  const detail =
    `${stepMs.toFixed(0)} ms a step, ${((1000 * batchSize) / stepMs).toFixed(1)} pictures a second: selfpaste-${student.size} at ` +
    `${student.inputSize} px, batch ${batchSize}, ${backend.name}, ${threads}, ${inBytes(peakRssBytes)} memory`;
  if (backend.name === 'native') return ok(id, part, detail);
  return warning(id, part, `${detail}; native TensorFlow would be four to five times as fast`, SET_UP_TENSORFLOW);
}

async function labeling(config: ResolvedConfig, student: FreshStudent): Promise<Finding> {
  const [id, part] = ['speed.labeling', 'labeling'] as const;
  const scratch = await mkdtemp(join(tmpdir(), 'selfpaste-speed-'));
  try {
    const model = join(scratch, 'student.onnx');
    await writeFile(model, onnx.encodeModel(buildStudent(student, 0)));
    return ok(
      id,
      part,
      labelingText(await measureArrangement({ model, settings: labelerSettings(config), count: 1 }, ONE_PROCESS), student),
    );
  } catch (error) {
    return broken(id, part, errorFacts(error).message, speedFix(error));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const ONE_PROCESS = { processes: 1, threads: 1, spinning: false, batch: 1 };

const labelingText = ({ picturesPerSecond, processMb }: ArrangementTrial, { size, inputSize }: FreshStudent): string =>
  `${picturesPerSecond.toFixed(1)} pictures a second for each process of one thread: selfpaste-${size} at ${inputSize} px, ${Math.round(processMb)} MB memory`;
