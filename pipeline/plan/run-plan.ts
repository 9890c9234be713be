import { readFileSync, statSync } from 'node:fs';
import type { ResolvedConfig } from '../../config/index.ts';
import { onnx, SelfpasteError } from '../../core/index.ts';
import { emptyLog, type RunDatabase, type Subset } from '../../db/index.ts';
import { anchorCount, type BackendFacts, readSpec } from '../../student/index.ts';
import { freeBytes } from '../host/free-space.ts';
import { probeBackendAgain } from '../processes/probe-backend.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { adoptTeacher } from '../stages/adopt-teacher.ts';
import { importData } from '../stages/import-data.ts';
import type { StageContext } from '../stages/stage.ts';
import { planStudent, type StudentPlan } from '../training/student-plan.ts';
import { type DiskEstimate, type DiskFacts, estimateDisk } from './disk-estimate.ts';
import { doubtsOf } from './doubts.ts';
import { estimateMemory, type MemoryEstimate } from './memory-estimate.ts';
import { requirePlace } from './place.ts';
import { type PlannedRound, plannedRounds } from './planned-rounds.ts';
import { type Scratch, withScratch } from './scratch.ts';
import { shortagesOf } from './shortages.ts';
import { type Beginning, firstTraining, measureSpeeds } from './speeds.ts';
import { estimateTime, type Speeds, type TimeEstimate, validationCount } from './time-estimate.ts';

/** What a run will do, found out without starting it. */
export interface RunPlan {
  readonly folder: string;
  readonly images: Readonly<Record<Subset, number>>;
  readonly donors: number;
  readonly categories: number;
  /** What was left out or repaired, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly rounds: readonly PlannedRound[];
  readonly student: { readonly parameters: number; readonly anchors: number; readonly why: string };
  readonly backend: BackendFacts;
  readonly disk: DiskEstimate & { readonly freeBytes: number };
  /** Null where nothing was to be measured. */
  readonly measured: Measured | null;
}

/** What a short measurement says of the run. */
export interface Measured {
  readonly speeds: Speeds;
  readonly time: TimeEstimate;
  readonly memory: MemoryEstimate;
  /** How long the measurement took. */
  readonly durationMs: number;
}

export interface PlanOptions {
  /** Whether the run's processes are let work for some seconds. */
  readonly measure: boolean;
  /** Aborted: planning ends early, and leaves nothing behind. */
  readonly stop: AbortSignal;
}

/**
 * Checks data, model and settings by importing them into a database that is thrown away, and measures for some seconds how fast the
 * run's processes are. Throws what the run would throw, DATA_DATABASE_EXISTS where there is one already, and INTERRUPTED.
 */
export async function planRun(config: ResolvedConfig, options: PlanOptions): Promise<RunPlan> {
  requirePlace(runFolder(config.runFolder));
  try {
    return await withScratch((scratch) => examine(config, scratch, options));
  } catch (error) {
    throw options.stop.aborted ? interrupted() : error;
  }
}

function interrupted(): SelfpasteError {
  return new SelfpasteError('INTERRUPTED', 'The plan was interrupted before it was made', 'plan again; nothing was written');
}

async function examine(config: ResolvedConfig, { db, folder }: Scratch, { measure, stop }: PlanOptions): Promise<RunPlan> {
  const warnings: string[] = [];
  const emit = (event: RunEvent) => {
    if (event.kind === 'note' && event.level === 'warn') warnings.push(event.text);
  };
  const beginning = await begin({ db, config, folder, emit, stop });
  const measured = measure ? await measureRun(beginning) : null;
  stop.throwIfAborted();
  const attendance = { warn: (text: string) => warnings.push(text), stop };
  const disk = { ...estimateDisk(diskFacts(beginning, measured?.speeds)), freeBytes: await freeBytes(config.runFolder) };
  return {
    folder: config.runFolder,
    images: db.images.count(),
    donors: db.groundTruths.countDonors(),
    categories: db.categories.all().length,
    leftOut: db.quarantine.countByReason(),
    warnings: [...warnings, ...notesOf(measured), ...doubtsOf(config, db), ...shortagesOf(config, disk, measured?.memory ?? null)],
    rounds: beginning.rounds,
    student: studentFacts(beginning, await planStudent(config, db)),
    backend: measured?.speeds.training?.backend ?? (await probeBackendAgain(config.train.backend, config.train, attendance)),
    disk,
    measured,
  };
}

/** What comes before the first training, and its preparation. */
async function begin(context: StageContext): Promise<Beginning> {
  const { config, db } = context;
  const startedMs = performance.now();
  await importData(context);
  const importMs = performance.now() - startedMs;
  const given = config.teacher.model === null ? null : (await adoptTeacher(context, { round: 0, teacher: null })).output;
  const request = await firstTraining(context, given);
  return { context, rounds: plannedRounds(config), given, request, importMs, expectedPredictions: expectedPredictions(db) };
}

/** Above the floor of 0.05 a student of the demo says three times as much as there is. */
const PREDICTIONS_AN_OBJECT = 3;

function expectedPredictions(db: RunDatabase): number {
  const { labeled } = db.images.count();
  return Math.max(1, Math.ceil((PREDICTIONS_AN_OBJECT * db.groundTruths.countDonors()) / labeled));
}

async function measureRun(beginning: Beginning): Promise<Measured> {
  const { context, rounds } = beginning;
  const startedMs = performance.now();
  const speeds = await measureSpeeds(beginning);
  const time = estimateTime({ rounds, pictures: context.db.images.count(), config: context.config }, speeds);
  return { speeds, time, memory: await estimateMemory(speeds), durationMs: performance.now() - startedMs };
}

/** What labelers said of how the models run. */
function notesOf(measured: Measured | null): readonly string[] {
  const models = [measured?.speeds.given, measured?.speeds.student].filter((model) => model != null);
  return [...new Set(models.flatMap(({ labeling, measuring }) => [...labeling.notes, ...measuring.notes]))];
}

function diskFacts({ context, rounds, given, request, expectedPredictions }: Beginning, speeds: Speeds | undefined): DiskFacts {
  const { db } = context;
  // What was imported lies in the log yet.
  emptyLog(db);
  const having = (stage: 'train' | 'label') => rounds.filter(({ stages }) => stages.includes(stage)).length;
  const modelBytes = statSync(request.initialModel).size;
  return {
    databaseBytes: statSync(db.connection.path).size,
    pictures: db.images.count(),
    rounds: { trained: having('train'), labeled: having('label') },
    predictionsPerPicture: Math.max(expectedPredictions, speeds?.given?.labeling.predictionsPerPicture ?? 0),
    modelBytes,
    givenBytes: given === null ? 0 : statSync(db.models.byId(given)?.path as string).size,
    checkpointBytes: speeds?.training?.checkpoint.bytes ?? VECTORS_A_CHECKPOINT * modelBytes,
    trainingSetBytes: statSync(request.trainingSetFile).size,
    labels: db.groundTruths.countDonors(),
    validates: validationCount(context.config.train) > 0,
  };
}

/** Weights, their average, two moments. */
const VECTORS_A_CHECKPOINT = 4;

/** What is planned is what random weights would be; a round that has a teacher may begin with that. */
function studentFacts({ context, request }: Beginning, { why }: StudentPlan): RunPlan['student'] {
  const model = onnx.decodeModel(readFileSync(request.initialModel));
  const parameters = model.graph.initializers.reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1), 0);
  const later = context.config.student.init === 'teacher' ? '; a round with a teacher starts from that, where it can' : '';
  return { parameters, anchors: anchorCount(readSpec(model)), why: `${why}${later}` };
}
