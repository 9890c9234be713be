import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelId, SelfpasteError } from '../../core/index.ts';
import { firstContext, type RunSettings, type RunSnapshot, STAGES, type Stage } from './machine.ts';
import { done, type MachineEvent as Event, failed, interruption, next, start } from './test-machine.ts';

/** The machine after these events, executing nothing. */
function after(settings: Omit<RunSettings, 'waits'> & Partial<RunSettings>, ...events: readonly Event[]): RunSnapshot {
  return events.reduce<RunSnapshot>(next, start(firstContext({ waits: [], ...settings })));
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
      stage: 'label',
      round: 2,
      rounds: 2,
      given: false,
      waits: [],
      teacher: second,
      teacherScore: 0.3,
      student: null,
      studentScore: null,
      promoted: false,
      retry: null,
      halt: null,
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

  describe('that meets a failure which may pass', () => {
    const died = new SelfpasteError('ENVIRONMENT_CHILD_DIED', 'The trainer process 7 ended', 'go on');
    const settings = { rounds: 1, given: false, waits: [30, 120] };

    it('waits until a deadline, tries the stage again, and gives up after its last wait', () => {
      const events: Event[] = [done('import')];
      const beganMs = Date.now();
      for (const [index, waitMs] of [30_000, 120_000].entries()) {
        events.push(failed('train', died));
        const { value, context } = after(settings, ...events);
        assert.equal(value, 'waiting');
        assert.deepEqual([context.stage, context.retry?.failures, context.retry?.waitMs], ['train', index + 1, waitMs]);
        assert.equal(context.retry?.failure.code, 'ENVIRONMENT_CHILD_DIED');
        assert.ok((context.retry?.dueMs as number) >= beganMs + waitMs);
        events.push(done('waiting'));
        assert.equal(after(settings, ...events).value, 'train');
      }
      const given = after(settings, ...events, failed('train', died));
      assert.deepEqual([given.value, given.context.failure?.hint], ['failed', 'go on']);
    });

    it('begins with its first wait again once a stage came to its end', () => {
      const events = [done('import'), failed('train', died), done('waiting'), done('train', first), failed('evaluate', died)];
      const { value, context } = after(settings, ...events);
      assert.deepEqual([value, context.stage, context.retry?.failures], ['waiting', 'evaluate', 1]);
      assert.equal(after(settings, done('import'), failed('train', died), done('waiting'), done('train', first)).context.retry, null);
    });

    it('does not wait where it was told never to, nor for what cannot pass', () => {
      assert.equal(after({ rounds: 1, given: false }, done('import'), failed('train', died)).value, 'failed');
      const bad = new SelfpasteError('DATA_BAD_THING', 'Expected this, got that', 'do the other');
      assert.equal(after(settings, done('import'), failed('train', bad)).value, 'failed');
    });

    it('goes on at once when a person says so', () => {
      assert.equal(after(settings, done('import'), failed('train', died), { type: 'go-on' }).value, 'train');
    });

    it('does what was asked for rather than wait', () => {
      assert.equal(after(settings, done('import'), { type: 'pause' }, failed('train', died)).value, 'paused');
      assert.equal(after(settings, done('import'), { type: 'stop' }, failed('train', died)).value, 'stopped');
    });
  });

  describe('that is asked to halt', () => {
    const settings = { rounds: 1, given: false };

    it('pauses where its stage stops, and goes on with that stage', () => {
      const paused = [...round0, { type: 'pause' }, failed('label', interruption)] as const;
      const { value, context } = after(settings, ...paused);
      assert.deepEqual([value, context.stage, context.round], ['paused', 'label', 1]);
      const { value: again, context: later } = after(settings, ...paused, { type: 'go-on' });
      assert.deepEqual([again, later.stage, later.halt], ['label', 'label', null]);
    });

    it('stops where its stage stops, also out of a pause', () => {
      assert.equal(after(settings, { type: 'stop' }, failed('import', interruption)).value, 'stopped');
      assert.equal(after(settings, { type: 'pause' }, failed('import', interruption), { type: 'stop' }).value, 'stopped');
      assert.equal(after(settings, { type: 'stop' }, { type: 'pause' }, failed('import', interruption)).value, 'stopped');
      assert.equal(after(settings, { type: 'stop' }, { type: 'go-on' }, failed('import', interruption)).value, 'stopped');
    });

    it('begins its stage again when it was told to go on before it had paused', () => {
      const { value, context } = after(settings, done('import'), { type: 'pause' }, { type: 'go-on' }, failed('train', interruption));
      assert.deepEqual([value, context.halt], ['train', null]);
    });

    it('finishes where its last stage ends before it can pause', () => {
      assert.equal(after({ rounds: 0, given: false }, ...round0.slice(0, 3), { type: 'pause' }, done('promote', true)).value, 'finished');
    });
  });

  it('keeps a context that survives JSON as it is', () => {
    const { context } = after({ rounds: 1, given: false }, ...round0, ...round1);
    assert.deepEqual(JSON.parse(JSON.stringify(context)), context);
  });
});
