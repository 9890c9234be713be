import { SelfpasteError } from '../../core/index.ts';
import type { SnapshotRow } from '../../db/index.ts';
import { MACHINE_VERSION, type Place, type RunContext, type RunSettings, type RunSnapshot } from './machine.ts';

/** What a run remembers of its machine: plain data of ours, which no release of the state machine library can read otherwise. */
export interface RunState {
  readonly value: Place | 'waiting' | 'paused' | 'finished';
  readonly context: RunContext;
}

/** Ends that are not written: a run that failed or was stopped goes on where its last state left it. */
type Unwritten = 'enter' | 'stopped' | 'failed';

/** The state to remember; null for one that is not. What was asked of this process ends with it. */
export function stateOf({ value, context }: RunSnapshot): RunState | null {
  const state = value as RunState['value'] | Unwritten;
  if (state === 'enter' || state === 'stopped' || state === 'failed') return null;
  // A finished run goes on with the decision, should its settings ask for more rounds one day.
  return { value: state, context: { ...context, halt: null, stage: state === 'finished' ? 'decide' : context.stage } };
}

/** Where a run that failed goes on when a person resumes it: at the same stage, with all its tries. */
export function stateAfterFailure({ context }: RunSnapshot): RunState {
  return { value: context.stage, context: { ...context, retry: null, halt: null, failure: null } };
}

/** The first machine whose states can be gone on with: the training pictures of older ones would be others now. */
const FIRST_VERSION = 3;

/**
 * The state that a machine of this or an older version remembered.
 * @throws SelfpasteError DATA_OTHER_MACHINE for one that this program cannot go on with
 */
export function restoredState({ machineVersion, state }: Pick<SnapshotRow, 'machineVersion' | 'state'>): RunState {
  if (machineVersion < FIRST_VERSION || machineVersion > MACHINE_VERSION) throw otherMachine(machineVersion);
  return machineVersion === 3 ? fromVersion3(state as Version3) : (state as RunState);
}

/** The context with which a machine goes on under settings that may be others than those it was started with. */
export function contextToGoOn({ value, context }: RunState, settings: RunSettings): RunContext {
  return { ...context, ...settings, stage: value === 'finished' ? 'decide' : context.stage };
}

/** XState's own persisted snapshot, which knew neither waits nor pauses: its value was the stage. */
interface Version3 {
  readonly value: Place | 'finished';
  readonly context: Omit<RunContext, 'stage' | 'retry' | 'halt' | 'waits'>;
}

function fromVersion3({ value, context }: Version3): RunState {
  const stage = value === 'finished' ? 'promote' : value;
  return { value, context: { ...context, waits: [], stage, retry: null, halt: null } };
}

function otherMachine(version: number): SelfpasteError {
  const expected = `${FIRST_VERSION} to ${MACHINE_VERSION}`;
  const message = `Expected a run of machine version ${expected}, got one of version ${version}`;
  return new SelfpasteError('DATA_OTHER_MACHINE', message, 'resume it with the version of selfpaste that started it');
}
