import { existsSync } from 'node:fs';
import { errorFromFacts, type ModelId } from '../../core/index.ts';
import type { CheckpointRow, ModelRow } from '../../db/index.ts';
import { readContract } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import { hashFile, isWhole } from '../hash-file.ts';
import { takeOverTraining } from '../inheritance/inherited-training.ts';
import { forgetParent } from '../inheritance/parent-run.ts';
import type { RoundInput } from '../machine/machine.ts';
import { startChild } from '../processes/child.ts';
import { MemoryLimit } from '../processes/memory-limit.ts';
import type { TrainerReply, TrainerRequest, TrainingProgress, TrainRequest } from '../processes/messages.ts';
import { pause } from '../processes/pause.ts';
import { FRUITLESS_STARTS, isProcessFailure, RESTART_MS } from '../processes/restarting.ts';
import { goBackTo, keepCheckpoint, newestCheckpoint } from '../training/round-checkpoints.ts';
import { chooseStudent, chosenStep, forgetStudents, validate } from '../training/round-students.ts';
import { prepareTraining } from '../training/round-training.ts';
import { type StageContext, type StageResult, safePoint } from './stage.ts';

/** A trainer that says nothing for so long is taken for a hang; a step takes seconds at most. */
const STALL_MS = 300_000;
/** Steps of a trainer before it may be replaced for its size. */
const FEWEST_STEPS = 50;

/** Trains the round's student from its last checkpoint on, measures it by the schedule, and chooses the best. */
export async function trainStudent(context: StageContext, input: RoundInput): Promise<StageResult<ModelId>> {
  const { round } = input;
  const known = await registeredStudent(context, round);
  if (known !== null) {
    forgetStudents(context, round, chosenStep(context, round) ?? context.config.train.steps);
    return { output: known.id, facts: {} };
  }
  const inherited = await takeOverTraining(context, input);
  if (inherited !== null) return { output: inherited, facts: { takenOver: true } };
  // Whatever another student labels, nobody knows yet.
  forgetParent(context);
  goBackForLost(context, round);
  const request = await prepareTraining(context, input);
  const lastStep = await trainToTheEnd(context, request);
  const step = await chooseStudent(context, round, lastStep);
  const student = await register(context, round);
  forgetStudents(context, round, step);
  return { output: student, facts: { steps: lastStep, studentOfStep: step } };
}

/** The round's student where this stage came to its end before, and the machine did not hear of it. */
async function registeredStudent({ db, folder }: StageContext, round: number): Promise<ModelRow | null> {
  const row = db.models.all().find((model) => model.round === round && model.role === 'student');
  return row !== undefined && (await isWhole(folder.located(row.path), row.sha256)) ? row : null;
}

/** The best student so far has its numbers: where its file was lost, it is trained again from the checkpoint of its step. */
function goBackForLost(context: StageContext, round: number): void {
  const step = chosenStep(context, round);
  if (step !== null && !existsSync(context.folder.studentAt(round, step))) goBackTo(context, round, step);
}

async function register({ db, folder }: StageContext, round: number): Promise<ModelId> {
  const file = folder.student(round);
  const [sha256, contract] = [await hashFile(file), await readContract(file)];
  const id = db.models.add({ round, role: 'student', path: folder.stored(file), sha256, contract, createdAtMs: Date.now() });
  commitPoint('student-registered');
  return id;
}

/** With trainer processes that may die or grow too large. @returns the last step. Throws INTERRUPTED when it stopped at a safe point. */
async function trainToTheEnd(context: StageContext, request: TrainRequest): Promise<number> {
  const { round } = request;
  const warn = (text: string) => context.emit({ kind: 'note', round, level: 'warn', text });
  const limit = memoryLimitOf(context, warn);
  let fruitless = 0;
  for (;;) {
    await safePoint(context);
    const resumed = await newestCheckpoint(context, round);
    try {
      const end = await runTrainer(context, request, resumed, limit);
      if (end.kind === 'done') return end.step;
      // It stopped for its size, or because people asked: that ends at the safe point.
      fruitless = 0;
    } catch (error) {
      if (!isProcessFailure(error)) throw error;
      fruitless = ((await newestCheckpoint(context, round))?.step ?? 0) > (resumed?.step ?? 0) ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_STARTS) throw error;
      warn(`${error.message}; started again from the last checkpoint`);
      await pause(RESTART_MS * (1 + fruitless), context.stop);
    }
  }
}

function memoryLimitOf({ config }: StageContext, warn: (text: string) => void): MemoryLimit {
  const { memoryLimitMb: limitMb } = config.train;
  return new MemoryLimit({ entry: 'trainer', setting: 'train.memoryLimitMb', limitMb, fewest: FEWEST_STEPS, unit: 'step(s)' }, warn);
}

/** How a trainer leaves: at the last step, or with a checkpoint where it was asked to stop. */
type TrainerEnd = Extract<TrainerReply, { kind: 'done' | 'stopped' }>;

/** One trainer process from start to end; it is asked to stop when the run is, or when it takes too much memory. */
async function runTrainer(
  context: StageContext,
  request: TrainRequest,
  resumed: CheckpointRow | null,
  limit: MemoryLimit,
): Promise<TrainerEnd> {
  const { folder, stop } = context;
  const firstStep = resumed?.step ?? 0;
  const child = startChild<TrainerRequest, TrainerReply>('trainer');
  const askToStop = () => child.send({ kind: 'stop' });
  stop.addEventListener('abort', askToStop);
  try {
    child.send({ ...request, resumeFrom: resumed && folder.located(resumed.path) });
    if (stop.aborted) askToStop();
    for (;;) {
      const reply = await child.receive(STALL_MS);
      if (reply.kind === 'done' || reply.kind === 'stopped') return reply;
      if (reply.kind === 'failed') throw errorFromFacts(reply.error);
      // The trainer waits meanwhile: what comes of a training does not depend on how long this takes.
      if (reply.kind === 'interim-student')
        child.send({ kind: 'measured', continuation: await validate(context, request.round, reply.step) });
      else record(context, request, reply);
      if (reply.kind === 'progress' && limit.isOutgrownBy(child, Math.max(child.rssMb, reply.rssMb), reply.progress.step - firstStep))
        askToStop();
    }
  } finally {
    stop.removeEventListener('abort', askToStop);
    await child.kill();
  }
}

type Told = Extract<TrainerReply, { kind: 'backend' | 'progress' | 'checkpoint' }>;

function record(context: StageContext, { round, settings }: TrainRequest, reply: Told): void {
  if (reply.kind === 'checkpoint') keepCheckpoint(context, round, reply.step, reply.file);
  else if (reply.kind === 'progress') recordProgress(context, round, settings.steps, reply.progress);
  else {
    const { name, version, threads, why } = reply.facts;
    context.db.events.add({ atMs: Date.now(), round, kind: 'backend', data: { name, version, threads, why } });
  }
}

function recordProgress({ db, emit }: StageContext, round: number, total: number, { step, ...values }: TrainingProgress): void {
  const { skippedSteps, stepMs } = values;
  db.metrics.record(round, step, values);
  commitPoint('progress-recorded');
  if (skippedSteps > 0) emit({ kind: 'note', round, level: 'warn', text: `${skippedSteps} step(s) left out: their loss was not finite` });
  emit({ kind: 'progress', round, stage: 'train', done: step, total, unit: 'steps', facts: { ...values, rate: 1000 / stepMs } });
}
