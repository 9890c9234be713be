import { createActor, fromPromise } from 'xstate';
import { type ResolvedConfig, restoreConfig } from '../config/index.ts';
import { type ErrorFacts, errorFacts, errorFromFacts, SelfpasteError } from '../core/index.ts';
import { acquireRunLock, openDatabase, type RunDatabase, requireDatabase, type SnapshotRow } from '../db/index.ts';
import { acceptDrift } from './labels/drift-brake.ts';
import {
  MACHINE_VERSION,
  machine,
  type PromotionInput,
  type RoundInput,
  type RunSnapshot,
  type Stage,
  type StudentInput,
} from './machine.ts';
import { probeBackend } from './processes/probe-backend.ts';
import type { Emit, RunEvent } from './progress.ts';
import { clearUnbegunRun, makeRunFolder, type RunFolder, removeUnfinishedFiles, runFolder } from './run-folder.ts';
import { adoptTeacher } from './stages/adopt-teacher.ts';
import { evaluateStudent } from './stages/evaluate-student.ts';
import { importData } from './stages/import-data.ts';
import { labelImages } from './stages/label-images.ts';
import { promoteStudent } from './stages/promote-student.ts';
import { selectLabels } from './stages/select-labels.ts';
import { type StageContext, timed } from './stages/stage.ts';
import { trainStudent } from './stages/train-student.ts';
import { charting } from './tensorboard/charts.ts';
import { PROGRAM_VERSION } from './version.ts';

/** Where a run shall stop by itself: after a round, or after a stage of the round it is in. */
export type Until =
  | { readonly kind: 'round'; readonly round: number }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'end' };

export interface RunOptions {
  readonly until: Until;
  readonly emit: Emit;
  /** Aborted when the run shall stop at the next safe point. */
  readonly stop: AbortSignal;
}

export interface ResumeOptions extends RunOptions {
  /** Whether to go on with labels that drifted further than the settings allow. */
  readonly acceptDrift: boolean;
}

/** How a run ended. `stopped` was asked for by `until`. */
export type RunOutcome = { readonly kind: 'finished' } | { readonly kind: 'stopped' } | { readonly kind: 'interrupted' };

/**
 * Starts a run in its folder. Throws DATA_DATABASE_EXISTS where a run has made something there already, ENVIRONMENT_RUN_OWNED,
 * ENVIRONMENT_NOT_WRITABLE, and what its stages throw.
 */
export async function startRun(config: ResolvedConfig, options: RunOptions): Promise<RunOutcome> {
  const folder = runFolder(config.runFolder);
  return owning(folder, async () => {
    clearUnbegunRun(folder);
    const db = openDatabase(folder.database, { mode: 'create' });
    try {
      const { name, seed, hash } = config;
      db.runs.create({
        name,
        seed,
        config,
        configHash: hash,
        programVersion: PROGRAM_VERSION,
        machineVersion: MACHINE_VERSION,
        createdAtMs: Date.now(),
      });
      const started: RunEvent = { kind: 'run-started', folder: folder.path, facts: { seed, configHash: hash.slice(0, 12) } };
      return await drive(db, config, options, started);
    } finally {
      db.close();
    }
  });
}

/**
 * Goes on with the run in a folder where its last committed snapshot left it, under the settings that it was started with.
 * Throws USAGE_NO_DRIFT where drift is accepted that is not there.
 */
export async function resumeRun(path: string, options: ResumeOptions): Promise<RunOutcome> {
  const folder = runFolder(path);
  requireDatabase(folder.database);
  return owning(folder, async () => {
    const db = openDatabase(folder.database, { mode: 'upgrade' });
    try {
      const config = runConfigOf(db, path);
      if (options.acceptDrift) acceptDrift(db);
      const snapshot = db.snapshots.latest();
      const state = snapshot ? String((snapshot.state as RunSnapshot).value) : 'import';
      return await drive(db, config, options, { kind: 'run-resumed', folder: path, facts: { state } }, snapshot);
    } finally {
      db.close();
    }
  });
}

/** Works as the one process that owns the run. */
async function owning(folder: RunFolder, work: () => Promise<RunOutcome>): Promise<RunOutcome> {
  makeRunFolder(folder.path);
  const lock = acquireRunLock(folder.path);
  try {
    removeUnfinishedFiles(folder);
    return await work();
  } finally {
    // A child that was killed may have left a file while this process lived on.
    removeUnfinishedFiles(folder);
    lock.release();
  }
}

/**
 * The configuration that a run was started with, at the folder where it is now.
 * @param overrides other values of settings, as `key=value`
 * @throws SelfpasteError DATA_NO_RUN for a run that died before it began
 */
export function runConfigOf(db: RunDatabase, folder: string, overrides: readonly string[] = []): ResolvedConfig {
  const facts = db.runs.facts();
  if (facts === undefined)
    throw new SelfpasteError(
      'DATA_NO_RUN',
      `Expected a run in ${folder}, but it ended before anything was written`,
      'remove the folder and start again with `selfpaste run`',
    );
  return restoreConfig({ ...(facts.config as ResolvedConfig), runFolder: folder }, overrides);
}

async function drive(
  db: RunDatabase,
  config: ResolvedConfig,
  options: RunOptions,
  beginning: RunEvent,
  saved?: SnapshotRow,
): Promise<RunOutcome> {
  const halt = new AbortController();
  const stop = AbortSignal.any([options.stop, halt.signal]);
  const emit = recording(db, charting(runFolder(config.runFolder), options.emit));
  emit(beginning);
  if (!hasEnded(saved)) await announceBackend(config, emit);
  const context: StageContext = { db, config, folder: runFolder(config.runFolder), emit, stop };
  const actor = createActor(withStages(context), { input: inputOf(config), ...(saved ? { snapshot: restorable(saved) } : {}) });
  let reachedUntil = false;
  let previous: RunSnapshot | null = null;
  const end = new Promise<RunSnapshot>((resolve, reject) => {
    const observe = (snapshot: RunSnapshot) => {
      try {
        if (snapshot.value !== 'failed') commit(db, snapshot, actor.getPersistedSnapshot());
      } catch (error) {
        // The next stage is about to start, but what it would build on is not written: a full disk, say.
        halt.abort();
        reject(error);
        return;
      }
      if (previous !== null && snapshot.status === 'active' && passed(options.until, previous, snapshot)) {
        reachedUntil = true;
        halt.abort();
      }
      previous = snapshot;
      if (snapshot.status !== 'active') resolve(snapshot);
    };
    actor.subscribe({ next: observe, error: () => resolve(actor.getSnapshot()) });
  });
  actor.start();
  // A finished run restores to its final state and tells nobody.
  const final = actor.getSnapshot().status === 'active' ? await end : actor.getSnapshot();
  return conclude(final, reachedUntil, options, emit, config);
}

const hasEnded = (saved: SnapshotRow | undefined): boolean => saved !== undefined && (saved.state as RunSnapshot).status === 'done';

/** Says what will train, and why, before anything takes time; one that cannot be had ends the run here. */
async function announceBackend({ train }: ResolvedConfig, emit: Emit): Promise<void> {
  const { version, threads, why } = await probeBackend(train.backend, train);
  emit({ kind: 'note', round: null, level: 'info', text: `backend: ${version}, ${threads} thread(s): ${why}` });
}

function conclude(
  final: RunSnapshot,
  reachedUntil: boolean,
  { stop }: RunOptions,
  emit: Emit,
  { runFolder: folder, promote: { metric } }: ResolvedConfig,
): RunOutcome {
  if (final.value === 'finished') {
    const { round, teacherScore } = final.context;
    emit({ kind: 'run-finished', facts: { rounds: round, metric, best: teacherScore } });
    return { kind: 'finished' };
  }
  const failure = final.context.failure ?? errorFacts(final.error);
  if (failure.code === 'INTERRUPTED') {
    const why = reachedUntil && !stop.aborted ? 'reached what --until asked for' : 'interrupted';
    emit({ kind: 'run-stopped', folder, why, facts: { round: final.context.round } });
    return { kind: reachedUntil && !stop.aborted ? 'stopped' : 'interrupted' };
  }
  emit({ kind: 'run-failed', error: failure });
  throw errorFromFacts(failure as ErrorFacts);
}

function withStages(context: StageContext): typeof machine {
  return machine.provide({
    actors: {
      importData: fromPromise(() => timed(context, 0, 'import', () => importData(context))),
      adoptTeacher: fromPromise(({ input }: { input: RoundInput }) =>
        timed(context, input.round, 'adopt', () => adoptTeacher(context, input)),
      ),
      labelImages: fromPromise(({ input }: { input: RoundInput }) =>
        timed(context, input.round, 'label', () => labelImages(context, input)),
      ),
      selectLabels: fromPromise(({ input }: { input: RoundInput }) =>
        timed(context, input.round, 'select', () => selectLabels(context, input)),
      ),
      trainStudent: fromPromise(({ input }: { input: RoundInput }) =>
        timed(context, input.round, 'train', () => trainStudent(context, input)),
      ),
      evaluateStudent: fromPromise(({ input }: { input: StudentInput }) =>
        timed(context, input.round, 'evaluate', () => evaluateStudent(context, input)),
      ),
      promoteStudent: fromPromise(({ input }: { input: PromotionInput }) =>
        timed(context, input.round, 'promote', () => promoteStudent(context, input)),
      ),
    },
  });
}

const inputOf = ({ rounds, teacher, data }: ResolvedConfig) => ({
  given: teacher.model !== null,
  rounds: data.unlabeled === null ? 0 : rounds,
});

/** A snapshot that this machine may restore. Throws DATA_OTHER_MACHINE for one of another version. */
function restorable({
  machineVersion,
  state,
}: SnapshotRow): ReturnType<ReturnType<typeof createActor<typeof machine>>['getPersistedSnapshot']> {
  if (machineVersion === MACHINE_VERSION) return state as ReturnType<typeof restorable>;
  const message = `Expected a run of machine version ${MACHINE_VERSION}, got one of version ${machineVersion}`;
  throw new SelfpasteError('DATA_OTHER_MACHINE', message, 'resume it with the version of selfpaste that started it');
}

/** The snapshot, and the rows of its round, in one transaction: they never disagree. */
function commit(db: RunDatabase, { value, context, status }: RunSnapshot, persisted: unknown): void {
  const { round, teacher, student, promoted } = context;
  const atMs = Date.now();
  db.transaction(() => {
    db.rounds.start(round, { stage: String(value), teacher: round === 0 ? null : teacher, startedAtMs: atMs });
    db.rounds.enterStage(round, String(value));
    if (student !== null) db.rounds.setStudent(round, student);
    const before = round - 1;
    // A resumed run comes by here again; the round before keeps the time at which it ended.
    if (value === 'label' && db.rounds.byIndex(before)?.outcome.state === 'open')
      db.rounds.finish(before, { promoted: true, finishedAtMs: atMs });
    if (status === 'done') db.rounds.finish(round, { promoted, finishedAtMs: atMs });
    db.snapshots.add({ atMs, machineVersion: MACHINE_VERSION, state: persisted });
  });
}

/** Whether the machine has just left what `until` names. */
function passed(until: Until, before: RunSnapshot, now: RunSnapshot): boolean {
  if (until.kind === 'stage') return before.value === until.stage && now.value !== until.stage;
  return until.kind === 'round' && now.context.round > until.round;
}

/** Events also go into the database; progress is told too often for that. */
function recording(db: RunDatabase, emit: Emit): Emit {
  return (event: RunEvent) => {
    if (event.kind !== 'progress') {
      const round = 'round' in event ? event.round : null;
      db.events.add({ atMs: Date.now(), round, kind: event.kind, data: event });
    }
    emit(event);
  };
}
