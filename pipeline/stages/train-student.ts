import { writeTrainingSet } from '../../augment/index.ts';
import { errorFromFacts, type ModelId, SelfpasteError } from '../../core/index.ts';
import { type ModelRow, trainingSet } from '../../db/index.ts';
import { readContract } from '../../teacher/index.ts';
import { hashFile } from '../hash-file.ts';
import { initialStudent } from '../initial-student.ts';
import type { RoundInput } from '../machine.ts';
import { startChild } from '../processes/child.ts';
import type { TrainerReply, TrainerRequest, TrainingProgress, TrainRequest } from '../processes/messages.ts';
import { keepCheckpoint, newestCheckpoint } from '../round-checkpoints.ts';
import { chooseStudent, forgetStudents, validate } from '../round-students.ts';
import { recipeOf, trainSettingsOf } from '../student-plan.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** A trainer that says nothing for so long is taken for a hang; a step takes seconds at most. */
const STALL_MS = 300_000;
/** So many trainers in a row that die without getting further end the stage. */
const FRUITLESS_STARTS = 3;
/** Before another trainer starts: what ended the last one, as memory that others hold, may pass. */
const RESTART_MS = 500;

/** Trains the round's student from its last checkpoint on, measures it by the schedule, and chooses the best. */
export async function trainStudent(context: StageContext, input: RoundInput): Promise<StageResult<ModelId>> {
  const { round } = input;
  const known = await registeredStudent(context, round);
  if (known !== null) return { output: known.id, facts: {} };
  const request = await prepare(context, input);
  const lastStep = await trainToTheEnd(context, request);
  const step = await chooseStudent(context, round, lastStep);
  const student = await register(context, round);
  forgetStudents(context, round, step);
  return { output: student, facts: { steps: lastStep, studentOfStep: step } };
}

/** The round's student where this stage came to its end before, and the machine did not hear of it. */
async function registeredStudent({ db, folder }: StageContext, round: number): Promise<ModelRow | null> {
  const row = db.models.all().find((model) => model.round === round && model.role === 'student');
  return row !== undefined && (await hashFile(folder.located(row.path))) === row.sha256 ? row : null;
}

async function register({ db, folder }: StageContext, round: number): Promise<ModelId> {
  const file = folder.student(round);
  const [sha256, contract] = [await hashFile(file), await readContract(file)];
  return db.models.add({ round, role: 'student', path: folder.stored(file), sha256, contract, createdAtMs: Date.now() });
}

/** Writes what the trainer reads: the untrained student, and the training set, a pure function of the database. */
async function prepare(context: StageContext, input: RoundInput): Promise<TrainRequest> {
  const { config, db, folder } = context;
  const { backend, threads, deterministic, workers, checkpointSteps, validateSteps } = config.train;
  const { round } = input;
  const spec = await initialStudent(context, input);
  await writeTrainingSet(folder.trainingSet(round), trainingSet(db, round));
  return {
    kind: 'train',
    ...{ backend, threads, deterministic, workers, checkpointSteps, validateSteps, round },
    seed: config.seed,
    trainingSetFile: folder.trainingSet(round),
    initialModel: folder.initialStudent(round),
    interimFile: folder.interimStudent(round),
    checkpointFolder: folder.checkpoints(round),
    resumeFrom: null,
    settings: trainSettingsOf(config, spec),
    recipe: recipeOf(config, spec),
  };
}

/** With trainer processes that may die. @returns the last step */
async function trainToTheEnd(context: StageContext, request: TrainRequest): Promise<number> {
  const { emit, folder } = context;
  const { round } = request;
  let fruitless = 0;
  for (;;) {
    const resumed = await newestCheckpoint(context, round);
    try {
      return await runTrainer(context, { ...request, resumeFrom: resumed && folder.located(resumed.path) });
    } catch (error) {
      const processFailure = error instanceof SelfpasteError && error.code.startsWith('ENVIRONMENT_CHILD_');
      if (!processFailure) throw error;
      fruitless = ((await newestCheckpoint(context, round))?.step ?? 0) > (resumed?.step ?? 0) ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_STARTS) throw error;
      emit({ kind: 'note', round, level: 'warn', text: `${error.message}; started again from the last checkpoint` });
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS * (1 + fruitless)));
    }
  }
}

/** One trainer process from start to end. @returns the last step. Throws INTERRUPTED when it stopped at a safe point. */
async function runTrainer(context: StageContext, request: TrainRequest): Promise<number> {
  const { stop } = context;
  const child = startChild<TrainerRequest, TrainerReply>('trainer');
  const askToStop = () => child.send({ kind: 'stop' });
  stop.addEventListener('abort', askToStop);
  try {
    child.send(request);
    if (stop.aborted) askToStop();
    for (;;) {
      const reply = await child.receive(STALL_MS);
      if (reply.kind === 'done') return reply.step;
      if (reply.kind === 'stopped') throw interrupted();
      if (reply.kind === 'failed') throw errorFromFacts(reply.error);
      // The trainer waits meanwhile: what comes of a training does not depend on how long this takes.
      if (reply.kind === 'interim-student')
        child.send({ kind: 'measured', continuation: await validate(context, request.round, reply.step) });
      else record(context, request, reply);
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
  if (skippedSteps > 0) emit({ kind: 'note', round, level: 'warn', text: `${skippedSteps} step(s) left out: their loss was not finite` });
  emit({ kind: 'progress', round, stage: 'train', done: step, total, unit: 'steps', facts: { ...values, rate: 1000 / stepMs } });
}
