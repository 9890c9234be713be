import { createActor } from 'xstate';
import type { ResolvedConfig } from '../config/index.ts';
import { type ErrorFacts, errorFacts, errorFromFacts } from '../core/index.ts';
import type { RunDatabase } from '../db/index.ts';
import { commitPoint } from './commit-points.ts';
import { removeFinishedCheckpoints } from './garbage/remove-garbage.ts';
import { firstContext, MACHINE_VERSION, type RunContext, type RunSettings, type RunSnapshot, type Stage } from './machine.ts';
import { contextToGoOn, type RunState, stateAfterFailure, stateOf } from './machine-state.ts';
import { probeBackend } from './processes/probe-backend.ts';
import type { Emit, RunEvent } from './progress.ts';
import type { RunControl } from './run-control.ts';
import { runFolder } from './run-folder.ts';
import { withWholeModels } from './run-models.ts';
import { withStages } from './stage-actors.ts';
import { logging } from './telling/log.ts';
import { charting } from './tensorboard/charts.ts';
import { transitionEvents } from './transition-events.ts';

/** Where a run shall stop by itself: after a round, or after a stage of the round it is in. */
export type Until =
  | { readonly kind: 'round'; readonly round: number }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'end' };

/** How a run ended. `stopped` was asked for by `until`. */
export type RunOutcome = { readonly kind: 'finished' } | { readonly kind: 'stopped' } | { readonly kind: 'interrupted' };

interface DriveOptions {
  readonly until: Until;
  readonly emit: Emit;
  readonly control: RunControl;
}

/** Drives the machine from a state to an end, and writes each state with its round's row. Throws what a stage failed with. */
export async function drive(
  db: RunDatabase,
  config: ResolvedConfig,
  { until, emit: tell, control }: DriveOptions,
  beginning: RunEvent,
  state: RunState | null,
): Promise<RunOutcome> {
  const folder = runFolder(config.runFolder);
  const emit = logging(folder, config.name, recording(db, charting(folder, tell)));
  emit(beginning);
  const settings = settingsOf(config);
  const context = state === null ? firstContext(settings) : await withWholeModels({ db, emit, folder }, contextToGoOn(state, settings));
  if (!isAtItsEnd(context)) await announceBackend(config, emit);
  const reached = await driven(withStages({ db, config, folder, emit }, control), context, db, { until, emit, control });
  // Every stage begins with this; behind the last round there is none.
  if (reached.snapshot.value === 'finished') await removeFinishedCheckpoints({ db, folder });
  return conclude(reached, control, emit, config);
}

/** The machine's last state, and whether it ended because of `until`. */
interface Reached {
  readonly snapshot: RunSnapshot;
  readonly until: boolean;
}

/** Runs the machine to an end. Throws where a state could not be written, once the stage that had begun by then has ended. */
function driven(
  machine: ReturnType<typeof withStages>,
  context: RunContext,
  db: RunDatabase,
  { until, emit, control }: DriveOptions,
): Promise<Reached> {
  return new Promise((resolve, reject) => {
    const actor = createActor(machine, { input: context });
    const log = new StateLog(db, emit, control);
    let reachedUntil = false;
    const observe = (now: RunSnapshot) => {
      if (!reachedUntil && log.before !== null && now.status === 'active' && passed(until, log.before, now)) {
        reachedUntil = true;
        control.ask('stop', '--until');
      }
      log.write(now);
      if (now.status === 'active') return;
      if (log.failure === null) resolve({ snapshot: now, until: reachedUntil });
      else reject(log.failure);
    };
    actor.subscribe({ next: observe, error: reject });
    actor.start();
    control.listen((request) => actor.send({ type: request }));
  });
}

/** Writes and tells each state of the machine. */
class StateLog {
  readonly #db: RunDatabase;
  readonly #emit: Emit;
  readonly #control: RunControl;
  #before: RunSnapshot | null = null;
  #failure: unknown = null;

  constructor(db: RunDatabase, emit: Emit, control: RunControl) {
    this.#db = db;
    this.#emit = emit;
    this.#control = control;
  }

  /** The last state; null before the first. */
  get before(): RunSnapshot | null {
    return this.#before;
  }

  /** Why a state could not be written, as on a full disk; null where all were. */
  get failure(): unknown {
    return this.#failure;
  }

  /** After a failure nothing more is written: the next stage has begun by then, but what it builds on is not there. It is told to stop. */
  write(now: RunSnapshot): void {
    const before = this.#before;
    this.#before = now;
    if (this.#failure !== null) return;
    try {
      commit(this.#db, now, before);
      for (const event of transitionEvents(before, now, this.#control.who, Date.now())) this.#emit(event);
    } catch (error) {
      this.#failure = error;
      this.#control.ask('stop', 'a state that could not be written');
    }
  }
}

const settingsOf = ({ rounds, teacher, data, retry }: ResolvedConfig): RunSettings => ({
  given: teacher.model !== null,
  rounds: data.unlabeled === null ? 0 : rounds,
  waits: retry.waits,
});

/** Whether the machine will find nothing left to do. */
const isAtItsEnd = ({ stage, round, rounds, promoted }: RunContext): boolean => stage === 'decide' && (round >= rounds || !promoted);

/** Says what will train, and why, before anything takes time; one that cannot be had ends the run here. */
async function announceBackend({ train }: ResolvedConfig, emit: Emit): Promise<void> {
  const { version, threads, why } = await probeBackend(train.backend, train);
  emit({ kind: 'note', round: null, level: 'info', text: `backend: ${version}, ${threads} thread(s): ${why}` });
}

function conclude({ snapshot, until }: Reached, { who }: RunControl, emit: Emit, config: ResolvedConfig): RunOutcome {
  const { round, teacherScore, failure } = snapshot.context;
  if (snapshot.value === 'finished') {
    emit({ kind: 'run-finished', facts: { rounds: round, metric: config.promote.metric, best: teacherScore } });
    return { kind: 'finished' };
  }
  if (snapshot.value === 'stopped') {
    const why = until ? 'reached what --until asked for' : `interrupted by ${who}`;
    emit({ kind: 'run-stopped', folder: config.runFolder, why, facts: { round } });
    return { kind: until ? 'stopped' : 'interrupted' };
  }
  const facts = failure ?? errorFacts(snapshot.error);
  emit({ kind: 'run-failed', error: facts });
  throw errorFromFacts(facts as ErrorFacts);
}

/** The state, and the rows of its round, in one transaction: they never disagree. */
function commit(db: RunDatabase, now: RunSnapshot, before: RunSnapshot | null): void {
  const failedForGood = now.value === 'failed' && before !== null && before.context.retry !== null;
  const state = failedForGood ? stateAfterFailure(now) : stateOf(now);
  if (state === null) return;
  const { round, teacher, student, promoted } = now.context;
  const stage = state.value === 'finished' ? state.value : state.context.stage;
  const atMs = Date.now();
  db.transaction(() => {
    db.rounds.start(round, { stage, teacher: round === 0 ? null : teacher, startedAtMs: atMs });
    db.rounds.enterStage(round, stage);
    if (student !== null) db.rounds.setStudent(round, student);
    // A resumed run comes by here again; the round before keeps the time at which it ended.
    if (stage === 'label' && db.rounds.byIndex(round - 1)?.outcome.state === 'open')
      db.rounds.finish(round - 1, { promoted: true, finishedAtMs: atMs });
    if (stage === 'finished') db.rounds.finish(round, { promoted, finishedAtMs: atMs });
    db.snapshots.add({ atMs, machineVersion: MACHINE_VERSION, state });
  });
  commitPoint('snapshot-committed');
}

/** Whether the machine has just left what `until` names. */
function passed(until: Until, before: RunSnapshot, now: RunSnapshot): boolean {
  if (until.kind === 'stage') return before.context.stage === until.stage && now.context.stage !== until.stage;
  return until.kind === 'round' && now.context.round > until.round;
}

/** Events also go into the database; progress is told too often for that. */
function recording(db: RunDatabase, emit: Emit): Emit {
  return (event: RunEvent) => {
    if (event.kind !== 'progress') {
      const round = 'round' in event ? event.round : null;
      db.events.add({ atMs: Date.now(), round, kind: event.kind, data: event });
      commitPoint('event-recorded');
    }
    emit(event);
  };
}
