import { createActor } from 'xstate';
import type { ResolvedConfig } from '../../config/index.ts';
import { errorFacts, errorFromFacts, expectation, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { removeFinishedCheckpoints } from '../garbage/remove-garbage.ts';
import { firstContext, type RunContext, type RunSettings, type RunSnapshot, type Stage } from '../machine/machine.ts';
import { contextToGoOn, type RunState } from '../machine/machine-state.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { logging } from '../telling/log.ts';
import { memoryAfterwards } from '../telling/notice-memory.ts';
import type { Notifications } from '../telling/notifications.ts';
import { charting } from '../tensorboard/charts.ts';
import { Diary } from './diary.ts';
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
  readonly told: Notifications;
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
  const { told, voice } = options;
  const folder = runFolder(config.runFolder);
  const diary = new Diary(db, told);
  voice.through((plain) => logging(folder, config.name, diary.recording(charting(folder, plain))));
  try {
    const begin = () => {
      told.emit(beginning);
      return driveOn(db, config, diary, options, state);
    };
    return await told.remembering(db.notices, memoryAfterwards(folder.database), () => failingAloud(options, begin));
  } finally {
    // The database is closed behind this.
    voice.through((plain) => logging(folder, config.name, plain));
  }
}

async function failingAloud(options: DriveOptions, work: () => Promise<RunOutcome>): Promise<RunOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!options.voice.hasFailed) options.told.emit({ kind: 'run-failed', error: errorFacts(error) });
    throw error;
  }
}

async function driveOn(
  db: RunDatabase,
  config: ResolvedConfig,
  diary: Diary,
  options: DriveOptions,
  state: RunState | null,
): Promise<RunOutcome> {
  const { until, control } = options;
  const { emit } = options.told;
  const folder = runFolder(config.runFolder);
  const settings = settingsOf(config);
  const context = state === null ? firstContext(settings) : await withWholeModels({ db, emit, folder }, contextToGoOn(state, settings));
  if (until.kind === 'round' && context.round > until.round) throw untilPassed(until.round, context.round);
  const log = new StateLog(db, diary, emit, control);
  const reached = await driven(withStages({ db, config, folder, emit }, control, log), context, log, until, control);
  // Every stage begins with this; behind the last round there is none.
  if (reached.snapshot.value === 'finished') await removeFinishedCheckpoints({ db, folder });
  return conclude(db, reached, options, config);
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

function conclude(db: RunDatabase, { snapshot, until }: Reached, { told, control }: DriveOptions, config: ResolvedConfig): RunOutcome {
  const { round, teacherScore, failure } = snapshot.context;
  if (snapshot.value === 'finished') {
    // A run that is resumed at its end says again that it is there, which is no news to who does not watch.
    const emit = isSaidToBeFinished(db) ? told.passOn : told.emit;
    emit({ kind: 'run-finished', facts: { rounds: round, metric: config.promote.metric, best: teacherScore } });
    return { kind: 'finished' };
  }
  if (snapshot.value === 'stopped') {
    const why = until ? 'reached what --until asked for' : `interrupted by ${control.who}`;
    told.emit({ kind: 'run-stopped', folder: config.runFolder, why, facts: { round } });
    return { kind: until ? 'stopped' : 'interrupted' };
  }
  throw errorFromFacts(failure ?? errorFacts(snapshot.error));
}

/** Whether it said so since its last stage. */
const isSaidToBeFinished = (db: RunDatabase): boolean => db.events.latestOf('run-finished', 'stage-started')?.kind === 'run-finished';

/** Whether the machine has just left what `until` names. */
function passed(until: Until, before: RunSnapshot, now: RunSnapshot): boolean {
  if (until.kind === 'stage') return before.context.stage === until.stage && now.context.stage !== until.stage;
  return until.kind === 'round' && now.context.round > until.round;
}
