import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getInitialMicrosteps } from 'xstate';
import { type AdjacencyMap, getAdjacencyMap } from 'xstate/graph';
import { modelId, SelfpasteError } from '../../core/index.ts';
import { firstContext, machine, type RunContext, type RunSnapshot, STAGES } from './machine.ts';
import { machineGraph } from './machine-graph.ts';
import { contextToGoOn, type RunState, stateOf } from './machine-state.ts';
import { done, failed, interruption, type MachineEvent, next, start, steps } from './test-machine.ts';

/** Everything that can happen to a run, walked from its beginnings through all states that it leads to. */
const MODEL = modelId(1);
const died = new SelfpasteError('ENVIRONMENT_CHILD_DIED', 'The labeler process 7 ended', 'go on');
const OUTPUTS = { import: [undefined], adopt: [MODEL], label: [undefined], select: [undefined], train: [MODEL] } as const;
const EVENTS: readonly MachineEvent[] = [
  ...STAGES.flatMap((stage) => [failed(stage, 'broken'), failed(stage, died), failed(stage, interruption)]),
  ...Object.entries(OUTPUTS).flatMap(([stage, outputs]) => outputs.map((output) => done(stage as keyof typeof OUTPUTS, output))),
  done('evaluate', 0.5),
  done('promote', true),
  done('promote', false),
  done('waiting'),
  { type: 'pause' },
  { type: 'stop' },
  { type: 'go-on' },
];
const BEGINNINGS = [
  { rounds: 2, given: false, waits: [1] },
  { rounds: 1, given: true, waits: [1] },
].map(firstContext);

/** Times and the stacks of errors are no part of a state. */
function serializeState({ value, context }: RunSnapshot): string {
  const { retry, failure, ...rest } = context;
  return JSON.stringify([value, rest, retry?.failures, failure?.code]);
}

type Walk = AdjacencyMap<RunSnapshot, MachineEvent>;
const walks: readonly Walk[] = BEGINNINGS.map(
  (input) => getAdjacencyMap(machine, { input, events: EVENTS as MachineEvent[], serializeState, limit: 100_000 }) as unknown as Walk,
);
const states: readonly RunSnapshot[] = walks.flatMap((walk) => Object.values(walk).map(({ state }) => state));

/** The ways that were gone, as `from -event> to`. */
function waysGone(): ReadonlySet<string> {
  const gone = new Set<string>();
  const note = (from: string, event: string, to: string) => gone.add(`${from} -${event}> ${to}`);
  for (const context of [...BEGINNINGS, ...states.map((state) => restarted(state)).filter((each) => each !== null)])
    follow(
      'enter',
      '',
      getInitialMicrosteps(machine, context)
        .slice(1)
        .map(([step]) => step),
      note,
    );
  for (const state of states.filter(({ status }) => status === 'active'))
    for (const event of EVENTS.filter((each) => answers(state, each)))
      follow(String(state.value), shortName(event), steps(state, event), note);
  return gone;
}

function follow(
  from: string,
  event: string,
  through: readonly RunSnapshot[],
  note: (from: string, event: string, to: string) => void,
): void {
  let [before, why] = [from, event];
  for (const { value } of through) {
    note(before, why, String(value));
    // What follows without anything happening is a way of its own.
    [before, why] = [String(value), ''];
  }
}

/** Whether an event can come in a state: an actor that does not run tells nothing. */
function answers(state: RunSnapshot, { type }: MachineEvent): boolean {
  const actor = /^xstate\.(?:done|error)\.actor\.(.*)$/.exec(type)?.[1];
  return actor === undefined || actor in state.children;
}

const shortName = ({ type }: MachineEvent): string => /^xstate\.(done|error)/.exec(type)?.[1] ?? type;

/** The context with which another process goes on from a state; null where nothing of it is written. */
function restarted(state: RunSnapshot): RunContext | null {
  const written = stateOf(state);
  if (written === null) return null;
  const { rounds, given, waits } = state.context;
  return contextToGoOn(JSON.parse(JSON.stringify(written)) as RunState, { rounds, given, waits });
}

describe('every way through the run machine', () => {
  it('reaches every state', () => {
    const reached = new Set(states.map(({ value }) => String(value)));
    const passedThrough = machineGraph().states.filter(({ kind }) => kind === 'choice');
    assert.deepEqual(
      [...reached, ...passedThrough.map(({ name }) => name)].sort(),
      machineGraph()
        .states.map(({ name }) => name)
        .sort(),
    );
  });

  it('goes every way that the machine has, and no other', () => {
    const all = new Set(machineGraph().ways.map(({ from, event, to }) => `${from} -${event}> ${to}`));
    // A round ends a run for two reasons, and both lead to the same state: the tests of the machine tell them apart.
    assert.deepEqual([...waysGone()].sort(), [...all].sort());
  });

  it('knows in every state what its stage needs', () => {
    const needs: Readonly<Record<string, (context: RunContext) => boolean>> = {
      label: ({ teacher, round }) => teacher !== null && round > 0,
      select: ({ teacher, round }) => teacher !== null && round > 0,
      evaluate: ({ student }) => student !== null,
      promote: ({ student }) => student !== null,
      waiting: ({ retry, halt }) => retry !== null && retry.failures > 0 && halt === null,
      failed: ({ failure }) => [failure?.code, failure?.message, failure?.hint].every((text) => typeof text === 'string'),
    };
    for (const { value, context } of states) {
      const name = String(value);
      assert.ok(context.round >= 0 && context.round <= context.rounds, name);
      assert.ok(needs[name]?.(context) ?? true, `${name}: ${JSON.stringify(context)}`);
      if ((STAGES as readonly string[]).includes(name)) assert.equal(context.stage, name);
      assert.equal(context.failure !== null, name === 'failed');
    }
  });

  it('comes to an end from everywhere', () => {
    for (const state of states) {
      let [now, left] = [state, 50];
      while (now.status === 'active' && left-- > 0) {
        if (now.value === 'paused') now = next(now, { type: 'go-on' });
        for (const event of EVENTS.filter(({ type }) => type.startsWith('xstate.done')).filter((each) => answers(now, each)))
          now = next(now, event);
      }
      assert.equal(now.status, 'done', `${state.value}`);
    }
  });

  it('goes on after a restart in any state as if there had been none', () => {
    let compared = 0;
    for (const state of states.filter(({ status }) => status === 'active')) {
      const again = start(restarted(state) as RunContext);
      // A pause ends with the process: who resumes a run wants it to go on. A deadline does not.
      const atWork = state.value === 'paused' ? state.context.stage : state.value;
      const same = state.context.retry === null ? atWork : 'waiting';
      assert.equal(again.value, same);
      assert.deepEqual({ ...again.context, halt: null }, { ...state.context, halt: null });
      if (again.value !== state.value || state.context.halt !== null) continue;
      for (const event of EVENTS.filter((each) => answers(state, each))) {
        assert.equal(serializeState(next(again, event)), serializeState(next(state, event)));
        compared++;
      }
    }
    assert.ok(compared > 100, `${compared}`);
  });

  it('decides again after a restart at its end, whatever came before it', () => {
    const ends = states.filter(({ value }) => value === 'finished');
    assert.ok(ends.length > 2, `${ends.length}`);
    for (const end of ends) {
      const { rounds, promoted, round } = end.context;
      const context = restarted(end) as RunContext;
      assert.equal(start(context).value, 'finished', JSON.stringify(end.context));
      const more = start({ ...context, rounds: rounds + 1 });
      assert.deepEqual([more.value, more.context.round], promoted ? ['label', round + 1] : ['finished', round]);
    }
  });
});
