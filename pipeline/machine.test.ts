import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createActor, fromPromise, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type ModelId, modelId, SelfpasteError } from '../core/index.ts';
import {
  machine,
  type PromotionInput,
  type RoundInput,
  type RunInput,
  type RunSnapshot,
  type Stage,
  type StudentInput,
} from './machine.ts';

const STAGES: readonly Stage[] = ['import', 'adopt', 'label', 'select', 'train', 'evaluate', 'promote'];
const invokedIn = (stage: Stage): string => machine.states[stage].invoke[0]?.id as string;

type Event = Parameters<typeof transition<typeof machine>>[2];
/** What the machine is told when a stage's actor ends. */
const done = (stage: Stage, output?: unknown) => ({ type: `xstate.done.actor.${invokedIn(stage)}`, output }) as unknown as Event;
const failed = (stage: Stage, error: unknown) => ({ type: `xstate.error.actor.${invokedIn(stage)}`, error }) as unknown as Event;

/** The machine after these events, executing nothing. */
function after(input: RunInput, ...events: readonly Event[]): RunSnapshot {
  return events.reduce<RunSnapshot>((snapshot, event) => transition(machine, snapshot, event)[0], initialTransition(machine, input)[0]);
}

const first = modelId(1);
const second = modelId(2);
const round0 = [done('import'), done('train', first), done('evaluate', 0.2), done('promote', true)];
const round1 = [done('label'), done('select'), done('train', second), done('evaluate', 0.3)];

describe('the run machine', () => {
  it('trains the first teacher in round 0, then goes round by round', () => {
    const states = [...round0, ...round1, done('promote', true)].map(
      (_, index, events) => after({ rounds: 1, given: false }, ...events.slice(0, index + 1)).value,
    );
    assert.deepEqual(states, ['train', 'evaluate', 'promote', 'label', 'select', 'train', 'evaluate', 'promote', 'finished']);
  });

  it('takes a given teacher instead: it trains nothing in round 0', () => {
    const adopted = [done('import'), done('adopt', first), done('evaluate', 0.2), done('promote', true)];
    const states = adopted.map((_, index) => after({ rounds: 2, given: true }, ...adopted.slice(0, index + 1)).value);
    assert.deepEqual(states, ['adopt', 'evaluate', 'promote', 'label']);
  });

  it('makes a promoted student the next teacher and opens the next round with nothing left over', () => {
    const { context } = after({ rounds: 2, given: false }, ...round0, ...round1, done('promote', true));
    assert.deepEqual(context, {
      round: 2,
      rounds: 2,
      given: false,
      teacher: second,
      teacherScore: 0.3,
      student: null,
      studentScore: null,
      promoted: false,
      failure: null,
    });
  });

  it('stops where a student is not better, and keeps its teacher', () => {
    const stopped = after({ rounds: 5, given: false }, ...round0, ...round1, done('promote', false));
    assert.equal(stopped.value, 'finished');
    assert.deepEqual([stopped.context.round, stopped.context.teacher, stopped.context.teacherScore], [1, first, 0.2]);
  });

  it('finishes after round 0 where there is nothing to label', () => {
    assert.equal(after({ rounds: 0, given: false }, ...round0).value, 'finished');
  });

  it('takes an undefined score for what it is', () => {
    const { context } = after({ rounds: 1, given: false }, done('import'), done('train', first), done('evaluate', null));
    assert.equal(context.studentScore, null);
  });

  it('fails with facts, from every stage', () => {
    const toEach: Readonly<Record<Stage, readonly Event[]>> = {
      import: [],
      adopt: [done('import')],
      train: [done('import')],
      evaluate: round0.slice(0, 2),
      promote: round0.slice(0, 3),
      label: round0,
      select: [...round0, done('label')],
    };
    for (const stage of STAGES) {
      const error = new SelfpasteError('DATA_BAD_THING', 'Expected this, got that', 'do the other');
      const { value, context, status } = after({ rounds: 1, given: stage === 'adopt' }, ...toEach[stage], failed(stage, error));
      assert.deepEqual([value, status], ['failed', 'done'], stage);
      const { code, message, hint, stack } = JSON.parse(JSON.stringify(context.failure));
      assert.deepEqual({ code, message, hint }, { code: 'DATA_BAD_THING', message: 'Expected this, got that', hint: 'do the other' });
      assert.equal(typeof stack, 'string');
    }
  });

  it('reaches every state, and ends', () => {
    const reached = new Set<string>();
    for (const given of [false, true]) {
      const paths = getShortestPaths(machine, {
        input: { rounds: 2, given },
        events: STAGES.flatMap((stage) => [
          done(stage, stage === 'evaluate' ? 0.5 : stage === 'train' || stage === 'adopt' ? first : true),
          ...(stage === 'promote' ? [done(stage, false)] : []),
          failed(stage, 'broken'),
        ]) as never,
        // The stack of an error names the place, which is no part of a state.
        serializeState: ({ value, context }) => JSON.stringify([value, { ...context, failure: context.failure?.code }]),
      });
      for (const { state } of paths) reached.add(String(state.value));
    }
    const passedThrough = ['decide'];
    assert.deepEqual([...reached, ...passedThrough].sort(), Object.keys(machine.states).sort());
  });

  it('resumes the stage that it was in, with the input that the stage had', async () => {
    const asked: unknown[] = [];
    const hangs = fromPromise<void, RoundInput>(({ input }) => {
      asked.push(input);
      return new Promise(() => {});
    });
    const started = createActor(
      machine.provide({
        actors: {
          importData: fromPromise<void>(async () => {}),
          adoptTeacher: fromPromise<ModelId, RoundInput>(async () => first),
          evaluateStudent: fromPromise<number | null, StudentInput>(async () => 0.25),
          promoteStudent: fromPromise<boolean, PromotionInput>(async () => true),
          labelImages: hangs,
        },
      }),
      { input: { rounds: 1, given: true } },
    );
    started.start();
    while (started.getSnapshot().value !== 'label') await new Promise(setImmediate);
    const saved = JSON.parse(JSON.stringify(started.getPersistedSnapshot()));
    started.stop();

    const restored = createActor(machine.provide({ actors: { labelImages: hangs } }), {
      snapshot: saved,
      input: { rounds: 9, given: false },
    });
    restored.start();
    assert.equal(restored.getSnapshot().value, 'label');
    assert.deepEqual(asked, [
      { round: 1, teacher: first },
      { round: 1, teacher: first },
    ]);
    assert.equal(restored.getSnapshot().context.rounds, 1);
    restored.stop();
  });

  it('keeps a context that survives JSON as it is', () => {
    const { context } = after({ rounds: 1, given: false }, ...round0, ...round1);
    assert.deepEqual(JSON.parse(JSON.stringify(context)), context);
  });
});
