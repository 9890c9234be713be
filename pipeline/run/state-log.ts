import type { RunDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { MACHINE_VERSION, type RunContext, type RunSnapshot } from '../machine/machine.ts';
import { type RunState, stateAfterFailure, stateOf } from '../machine/machine-state.ts';
import type { Emit, RunEvent } from '../progress.ts';
import type { Diary } from './diary.ts';
import type { RunControl } from './run-control.ts';
import { transitionEvents } from './transition-events.ts';

/**
 * Writes each state of the machine together with what it means to people, and tells them. A state that cannot be written, as on a full disk, fails the stage that has begun with it:
 * that stage waits and tries again as after any failure that may pass, and its state is written then.
 */
export class StateLog {
  readonly #db: RunDatabase;
  readonly #diary: Diary;
  readonly #emit: Emit;
  readonly #control: RunControl;
  #before: RunSnapshot | null = null;
  #failure: unknown = null;

  constructor(db: RunDatabase, diary: Diary, emit: Emit, control: RunControl) {
    this.#db = db;
    this.#diary = diary;
    this.#emit = emit;
    this.#control = control;
  }

  /** The last state; null before the first. */
  get before(): RunSnapshot | null {
    return this.#before;
  }

  /** Why the last state could not be written; null where it was. */
  get failure(): unknown {
    return this.#failure;
  }

  /** To be asked by a stage before it works: what it builds on must be there after a crash. Throws what kept its state from being written. */
  requireWritten(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  write(now: RunSnapshot): void {
    const before = this.#before;
    this.#before = now;
    const events = transitionEvents(before, now, this.#control.who, Date.now());
    try {
      this.#commit(now, before, events);
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
    }
    for (const event of events) this.#emit(event);
  }

  /** The state, the rows of its round, and what people are to be told of it, in one transaction: they never disagree. */
  #commit(now: RunSnapshot, before: RunSnapshot | null, events: readonly RunEvent[]): void {
    const failedForGood = now.value === 'failed' && before !== null && before.context.retry !== null;
    const state = failedForGood ? stateAfterFailure(now) : stateOf(now);
    if (state === null) return;
    this.#diary.commit(events, () => writeState(this.#db, state, now.context));
    commitPoint('snapshot-committed');
  }
}

function writeState(db: RunDatabase, state: RunState, { round, teacher, student, promoted }: RunContext): void {
  const stage = state.value === 'finished' ? state.value : state.context.stage;
  const atMs = Date.now();
  db.rounds.start(round, { stage, teacher: round === 0 ? null : teacher, startedAtMs: atMs });
  db.rounds.enterStage(round, stage);
  if (student !== null) db.rounds.setStudent(round, student);
  // A resumed run comes by here again; the round before keeps the time at which it ended.
  if (stage === 'label' && db.rounds.byIndex(round - 1)?.outcome.state === 'open')
    db.rounds.finish(round - 1, { promoted: true, finishedAtMs: atMs });
  if (stage === 'finished') db.rounds.finish(round, { promoted, finishedAtMs: atMs });
  db.snapshots.add({ atMs, machineVersion: MACHINE_VERSION, state });
}
