import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeTrainingSet } from '../../augment/index.ts';
import { derivedSeed, errorFromFacts, type ModelId, onnx, SelfpasteError } from '../../core/index.ts';
import { makeFolders, writeFileAtomic } from '../../dataset/index.ts';
import { type CheckpointRow, trainingSet } from '../../db/index.ts';
import { buildStudent, readSpec, type StudentSpec } from '../../student/index.ts';
import { readContract } from '../../teacher/index.ts';
import type { RoundInput } from '../machine.ts';
import { startChild } from '../processes/child.ts';
import type { TrainerReply, TrainerRequest, TrainRequest, WrittenFile } from '../processes/messages.ts';
import { planStudent, recipeOf, trainSettingsOf } from '../student-plan.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** A trainer that says nothing for so long is taken for a hang; a step takes seconds at most. */
const STALL_MS = 300_000;
/** So many trainers in a row that die without getting further end the stage. */
const FRUITLESS_STARTS = 3;
/** Before another trainer starts: what ended the last one, as memory that others hold, may pass. */
const RESTART_MS = 500;
/** The newest checkpoint, and the one before it in case that is damaged. */
const CHECKPOINTS_KEPT = 2;

/** Trains the round's student from its last checkpoint on, with trainer processes that may die. */
export async function trainStudent(context: StageContext, input: RoundInput): Promise<StageResult<ModelId>> {
  const { db, emit, folder } = context;
  const { round } = input;
  const request = await prepare(context, input);
  let fruitless = 0;
  for (;;) {
    const resumed = newestCheckpoint(context, round);
    try {
      const file = await runTrainer(context, { ...request, resumeFrom: resumed && folder.located(resumed.path) });
      const contract = await readContract(file.path);
      const model = db.models.add({
        round,
        role: 'student',
        path: folder.stored(file.path),
        sha256: file.sha256,
        contract,
        createdAtMs: Date.now(),
      });
      return { output: model, facts: { steps: request.settings.steps, studentBytes: file.bytes } };
    } catch (error) {
      const processFailure = error instanceof SelfpasteError && error.code.startsWith('ENVIRONMENT_CHILD_');
      if (!processFailure) throw error;
      fruitless = (newestCheckpoint(context, round)?.step ?? 0) > (resumed?.step ?? 0) ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_STARTS) throw error;
      emit({ kind: 'note', round, level: 'warn', text: `${error.message}; started again from the last checkpoint` });
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS * (1 + fruitless)));
    }
  }
}

/** Writes what the trainer reads: the training set and the untrained student. Both are pure functions of the database and the seed. */
async function prepare(context: StageContext, input: RoundInput): Promise<TrainRequest> {
  const { config, db, folder, emit } = context;
  const { round } = input;
  const { spec, why } = planStudent(config, db);
  emit({ kind: 'note', round, level: 'info', text: `student ${spec.size}: ${why}` });
  makeFolders(dirname(folder.trainingSet(round)));
  await writeTrainingSet(folder.trainingSet(round), trainingSet(db, round));
  await writeFileAtomic(folder.initialStudent(round), onnx.encodeModel(initialStudent(context, input, spec)));
  return {
    kind: 'train',
    backend: config.train.backend,
    threads: config.train.threads,
    seed: config.seed,
    round,
    trainingSetFile: folder.trainingSet(round),
    initialModel: folder.initialStudent(round),
    studentFile: folder.student(round),
    checkpointFolder: folder.checkpoints(round),
    checkpointSteps: config.train.checkpointSteps,
    resumeFrom: null,
    settings: trainSettingsOf(config),
    recipe: recipeOf(config, spec),
    workers: config.train.workers,
  };
}

function initialStudent({ config, db, emit, folder }: StageContext, { round, teacher }: RoundInput, spec: StudentSpec): onnx.Model {
  const fresh = () => buildStudent(spec, derivedSeed(config.seed, 'student', round));
  if (config.student.init === 'random' || teacher === null) return fresh();
  const model = onnx.decodeModel(readFileSync(folder.located(db.models.byId(teacher)?.path as string)));
  if (model.metadata.has('selfpaste.student') && JSON.stringify(readSpec(model)) === JSON.stringify(spec)) return model;
  emit({
    kind: 'note',
    round,
    level: 'warn',
    text: 'student.init is "teacher", but the teacher is not a student of this shape: starting from random weights',
  });
  return fresh();
}

/** The newest checkpoint whose file is what its row says; damaged or missing ones are forgotten. */
function newestCheckpoint({ db, emit, folder }: StageContext, round: number): CheckpointRow | null {
  for (const checkpoint of db.checkpoints.ofRound(round)) {
    const file = folder.located(checkpoint.path);
    if (existsSync(file) && createHash('sha256').update(readFileSync(file)).digest('hex') === checkpoint.sha256) return checkpoint;
    emit({
      kind: 'note',
      round,
      level: 'warn',
      text: `checkpoint ${checkpoint.path} is missing or damaged: going back to the one before it`,
    });
    db.checkpoints.remove(round, checkpoint.step);
  }
  return null;
}

/** One trainer process from start to end. Throws INTERRUPTED when it stopped at a safe point. */
async function runTrainer(context: StageContext, request: TrainRequest): Promise<WrittenFile> {
  const { stop } = context;
  const child = startChild<TrainerRequest, TrainerReply>('trainer');
  const askToStop = () => child.send({ kind: 'stop' });
  stop.addEventListener('abort', askToStop);
  try {
    child.send(request);
    if (stop.aborted) askToStop();
    for (;;) {
      const reply = await child.receive(STALL_MS);
      if (reply.kind === 'done') return reply.file;
      if (reply.kind === 'stopped') throw interrupted();
      if (reply.kind === 'failed') throw errorFromFacts(reply.error);
      record(context, request, reply);
    }
  } finally {
    stop.removeEventListener('abort', askToStop);
    await child.kill();
  }
}

function record(
  context: StageContext,
  { round, settings }: TrainRequest,
  reply: Extract<TrainerReply, { kind: 'backend' | 'progress' | 'checkpoint' }>,
): void {
  const { db, emit, folder } = context;
  if (reply.kind === 'backend') {
    const { name, version, threads, why } = reply.facts;
    db.events.add({ atMs: Date.now(), round, kind: 'backend', data: { name, version, threads, why } });
    return;
  }
  if (reply.kind === 'checkpoint') {
    const { step, file } = reply;
    db.checkpoints.record({ round, step, ...file, path: folder.stored(file.path), createdAtMs: Date.now() });
    prune(context, round);
    return;
  }
  const { step, ...values } = reply.progress;
  db.metrics.record(round, step, values);
  const { loss, stepMs, waitMs, skippedSteps } = values;
  if (skippedSteps > 0) emit({ kind: 'note', round, level: 'warn', text: `${skippedSteps} step(s) left out: their loss was not finite` });
  emit({
    kind: 'progress',
    round,
    stage: 'train',
    done: step,
    total: settings.steps,
    unit: 'steps',
    facts: { loss, stepMs, waitMs, rate: 1000 / stepMs },
  });
}

function prune({ db, folder }: StageContext, round: number): void {
  for (const { step, path } of db.checkpoints.ofRound(round).slice(CHECKPOINTS_KEPT)) {
    db.checkpoints.remove(round, step);
    rmSync(folder.located(path), { force: true });
  }
}
