/** The machine moved by hand in tests: what its actors would tell it, executing nothing. */
import { getMicrosteps, initialTransition, transition } from 'xstate';
import { SelfpasteError } from '../../core/index.ts';
import { machine, type RunContext, type RunSnapshot, type Stage } from './machine.ts';

export type MachineEvent = Parameters<typeof transition<typeof machine>>[2];
type Invoking = Stage | 'waiting';

const invokedIn = (state: Invoking): string => machine.states[state].invoke[0]?.id as string;
export const done = (state: Invoking, output?: unknown) =>
  ({ type: `xstate.done.actor.${invokedIn(state)}`, output }) as unknown as MachineEvent;
export const failed = (state: Invoking, error: unknown) =>
  ({ type: `xstate.error.actor.${invokedIn(state)}`, error }) as unknown as MachineEvent;

/** What a stage says that stopped because it was asked to. */
export const interruption = new SelfpasteError('INTERRUPTED', 'The run was interrupted', 'go on with `selfpaste resume`');

export const start = (context: RunContext): RunSnapshot => initialTransition(machine, context)[0];
export const next = (snapshot: RunSnapshot, event: MachineEvent): RunSnapshot => transition(machine, snapshot, event)[0];
/** Every state that an event leads through, in order. */
export const steps = (snapshot: RunSnapshot, event: MachineEvent): RunSnapshot[] =>
  getMicrosteps(machine, snapshot, event).map(([step]) => step);
