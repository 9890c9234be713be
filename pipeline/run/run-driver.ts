import { createActor } from 'xstate';
import type { ResolvedConfig } from '../../config/index.ts';
import { errorFacts, errorFromFacts, expectation, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { removeFinishedCheckpoints } from '../garbage/remove-garbage.ts';
import { firstContext, type RunContext, type RunSettings, type RunSnapshot, type Stage } from '../machine/machine.ts';
import { contextToGoOn, type RunState } from '../machine/machine-state.ts';
import { mayPass } from '../machine/retry.ts';
import { probeBackend } from '../processes/probe-backend.ts';
import type { Emit, RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { logging } from '../telling/log.ts';
import { charting } from '../tensorboard/charts.ts';
import type { RunControl } from './run-control.ts';
import { withWholeModels } from './run-models.ts';
import type { RunVoice } from './run-voice.ts';
import { withStages } from './stage-actors.ts';
import { StateLog } from './state-log.ts';

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
  readonly voice: RunVoice;
  readonly control: RunControl;
}

/**
 * Drives the machine from a state to an end, and writes each state with its round's row. Throws what a stage failed with, and
 * USAGE_UNTIL_PASSED where the run is behind the round at which it shall stop.
 */
export async function drive(
  db: RunDatabase,
  config: ResolvedConfig,
  options: DriveOptions,
  beginning: RunEvent,
  state: RunState | null,
): Promise<RunOutcome> {
  const { emit, voice } = options;
  const folder = runFolder(config.runFolder);
  voice.through((plain) => logging(folder, config.name, recording(db, charting(folder, plain))));
  try {
    emit(beginning);
    return await driveOn(db, config, options, state);
  } catch (error) {
    emit({ kind: 'run-failed', error: errorFacts(error) });
    throw error;
  } finally {
    // The database is closed behind this.
    voice.through((plain) => logging(folder, config.name, plain));
  }
}

async function driveOn(
  db: RunDatabase,
  config: ResolvedConfig,
  { until, emit, control }: DriveOptions,
  state: RunState | null,
): Promise<RunOutcome> {
  const folder = runFolder(config.runFolder);
  const settings = settingsOf(config);
  const context = state === null ? firstContext(settings) : await withWholeModels({ db, emit, folder }, contextToGoOn(state, settings));
  if (until.kind === 'round' && context.round > until.round) throw untilPassed(until.round, context.round);
  if (!isAtItsEnd(context) && !control.halting.aborted) await announceBackend(config, emit);
  const log = new StateLog(db, emit, control);
  const reached = await driven(withStages({ db, config, folder, emit }, control, log), context, log, until, control);
  // Every stage begins with this; behind the last round there is none.
  if (reached.snapshot.value === 'finished') await removeFinishedCheckpoints({ db, folder });
  return conclude(reached, control, emit, config);
}

function untilPassed(wanted: number, round: number): SelfpasteError {
  return new SelfpasteError(
    'USAGE_UNTIL_PASSED',
    expectation('--until', `a round that is not over: the run is in round ${round}`, `round=${wanted}`),
    `name round ${round} or a later one, or leave --until out`,
  );
}

/** The machine's last state, and whether it ended because of `until`. */
interface Reached {
  readonly snapshot: RunSnapshot;
  readonly until: boolean;
}

/** Runs the machine to an end. Throws where its last state could not be written. */
function driven(
  machine: ReturnType<typeof withStages>,
  context: RunContext,
  log: StateLog,
  until: Until,
  control: RunControl,
): Promise<Reached> {
  return new Promise((resolve, reject) => {
    const actor = createActor(machine, { input: context });
    let reachedUntil = false;
    const observe = (now: RunSnapshot) => {
      if (!reachedUntil && log.before !== null && now.status === 'active' && passed(until, log.before, now)) {
        reachedUntil = true;
        control.ask('stop', '--until');
      }
      log.write(now);
      if (now.status === 'active') return;
      if (now.value === 'finished' && log.failure !== null) reject(log.failure);
      else resolve({ snapshot: now, until: reachedUntil });
    };
    actor.subscribe({ next: observe, error: reject });
    actor.start();
    control.listen((request) => actor.send({ type: request }));
  });
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
  throw errorFromFacts(failure ?? errorFacts(snapshot.error));
}

/** Whether the machine has just left what `until` names. */
function passed(until: Until, before: RunSnapshot, now: RunSnapshot): boolean {
  if (until.kind === 'stage') return before.context.stage === until.stage && now.context.stage !== until.stage;
  return until.kind === 'round' && now.context.round > until.round;
}

/** Events also go into the database; progress is told too often for that. */
function recording(db: RunDatabase, emit: Emit): Emit {
  return (event: RunEvent) => {
    if (event.kind !== 'progress') remember(db, event);
    emit(event);
  };
}

/** A diary that cannot be written for a while, as on a full disk, stops nobody: what counts is in the other rows. Nor may it hide a failure. */
function remember(db: RunDatabase, event: RunEvent): void {
  const round = 'round' in event ? event.round : null;
  try {
    db.events.add({ atMs: Date.now(), round, kind: event.kind, data: event });
    commitPoint('event-recorded');
  } catch (error) {
    if (event.kind !== 'run-failed' && !mayPass(errorFacts(error))) throw error;
  }
}
