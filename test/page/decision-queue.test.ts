import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../../web/contract/verdicts.ts';
import { DecisionQueue, type Signature, type Told } from '../../web/page/decide/decision-queue.ts';

class Away extends Error {}
class TakenBack extends Error {}

const ADA: Signature = { who: 'ada', why: 'blurred' };

/** A server that answers as it is told, and a page that decides. */
function scene(answers: readonly ('ok' | 'away' | 'no' | 'taken back')[] = []) {
  const asked: string[] = [];
  const pauses: number[] = [];
  const left = [...answers];
  let action = 0;
  const ask = async <Answer>(what: string, answer: () => Answer): Promise<Answer> => {
    asked.push(what);
    const next = left.shift() ?? 'ok';
    await Promise.resolve();
    if (next === 'away') throw new Away('nobody answers');
    if (next === 'taken back') throw new TakenBack('somebody has taken it back');
    if (next === 'no') throw new Error('it is refused');
    return answer();
  };
  let keys = 0;
  const queue = new DecisionQueue(
    {
      decide: ({ decision, key }) =>
        ask(`${decision.kind} ${key}`, () => ({ action: ++action, labels: 'ids' in decision ? decision.ids.length : 1, drawn: null })),
      undo: (number, key) => ask(`undo ${number} ${key}`, () => ({ action: number, undone: 1 })),
      mayPass: (error) => error instanceof Away,
      isTakenBack: (error) => error instanceof TakenBack,
      pause: async (ms) => {
        pauses.push(ms);
      },
    },
    () => `k${keys++}`,
  );
  return { queue, asked, pauses };
}

const accept = (...ids: string[]): Decision => ({ kind: 'accept', ids });
const reject = (...ids: string[]): Decision => ({ kind: 'reject', ids });
const told = (is: Told | null) => is && `${is.is} ${is.entry.decision.kind}`;
/** Lets what was decided leave the page. */
const sent = () => new Promise((resolve) => setImmediate(resolve));

test('decisions are shown at once, and written in the order in which they were made', async () => {
  const { queue, asked } = scene();
  queue.decide(accept('p1'), ADA);
  queue.decide({ kind: 'relabel', ids: ['2', 'd3'], category: 7 }, ADA);
  queue.decide(reject('p1'), ADA);
  assert.deepEqual(queue.said('1'), { verdict: 'rejected' });
  assert.deepEqual(queue.said('p2'), { verdict: 'corrected', category: 7 });
  assert.equal(queue.said('p3'), undefined);
  assert.deepEqual([asked, queue.pending.value], [[], 3]);
  await queue.settled;
  assert.deepEqual(asked, ['accept k0', 'relabel k1', 'reject k2']);
  assert.deepEqual([queue.pending.value, queue.writes.value], [0, 3]);
});

test('what was not sent yet is taken back without the server', async () => {
  const { queue, asked } = scene();
  queue.decide(accept('p1'), ADA);
  queue.decide(reject('p1'), ADA);
  assert.equal(queue.undoLast()?.decision.kind, 'reject');
  assert.deepEqual(queue.said('p1'), { verdict: 'accepted' });
  assert.equal(told(queue.told.value), 'undone reject');
  await queue.settled;
  assert.deepEqual(asked, ['accept k0']);
});

test('what was written is taken back by its action, the last first', async () => {
  const { queue, asked } = scene();
  queue.decide(accept('p1'), ADA);
  queue.decide(reject('p2'), ADA);
  await queue.settled;
  queue.undoLast();
  queue.undoLast();
  assert.equal(queue.undoLast(), undefined);
  assert.deepEqual([queue.said('p1'), queue.said('p2')], [undefined, undefined]);
  await queue.settled;
  assert.deepEqual(asked.slice(2), ['undo 2 k2', 'undo 1 k3']);
});

test('what is on its way is taken back behind it', async () => {
  const { queue, asked } = scene();
  queue.decide(accept('p1'), ADA);
  await Promise.resolve();
  queue.undoLast();
  await queue.settled;
  assert.deepEqual(asked, ['accept k0', 'undo 1 k1']);
});

test('while the server is away the same is asked again, with the same key and longer waits', async () => {
  const { queue, asked, pauses } = scene(['away', 'away', 'away', 'away', 'away', 'ok']);
  const away: (string | undefined)[] = [];
  queue.away.subscribe((error) => away.push(error?.message));
  queue.decide(accept('p1'), ADA);
  queue.decide(reject('p2'), ADA);
  await queue.settled;
  assert.deepEqual(asked, [...Array(6).fill('accept k0'), 'reject k1']);
  assert.deepEqual(pauses, [250, 1000, 2000, 5000, 5000]);
  assert.equal(away.at(-1), undefined);
  assert.ok(away.includes('nobody answers'));
  assert.equal(queue.writes.value, 2);
});

test('what the server refuses is told and no longer shown; what came before it stands', async () => {
  const { queue } = scene(['ok', 'no']);
  queue.decide(accept('p1'), ADA);
  const entry = queue.decide(reject('p1', 'p2'), ADA);
  const seen: (string | null)[] = [];
  queue.told.subscribe((value) => seen.push(told(value)));
  await queue.settled;
  assert.equal(entry.state.value.is, 'refused');
  assert.deepEqual([queue.said('p1'), queue.said('p2')], [{ verdict: 'accepted' }, undefined]);
  assert.deepEqual(seen, ['decided reject', 'refused reject']);
  assert.equal(queue.undoLast()?.decision.kind, 'accept', 'a refused decision is none to take back');
  await sent();
});

test('a decision whose taking back is refused stands again', async () => {
  const { queue } = scene(['ok', 'no', 'ok']);
  queue.decide(accept('p1'), ADA);
  await queue.settled;
  queue.undoLast();
  assert.equal(queue.said('p1'), undefined);
  await queue.settled;
  assert.deepEqual(queue.said('p1'), { verdict: 'accepted' });
  assert.equal(told(queue.told.value), 'refused accept');
  assert.equal(queue.undoLast()?.decision.kind, 'accept');
  await queue.settled;
  assert.equal(queue.said('p1'), undefined);
});

test('what somebody else has taken back is undone here, and the one before it is the next', async () => {
  const { queue, asked } = scene(['ok', 'ok', 'taken back']);
  queue.decide(accept('p1'), ADA);
  const entry = queue.decide(reject('p2'), ADA);
  await queue.settled;
  queue.undoLast();
  await queue.settled;
  assert.deepEqual([entry.state.value.is, queue.said('p2'), queue.writes.value], ['undone', undefined, 3]);
  assert.equal(told(queue.told.value), 'undone reject');
  assert.equal(queue.undoLast()?.decision.kind, 'accept');
  await queue.settled;
  assert.deepEqual(asked.slice(2), ['undo 2 k2', 'undo 1 k3']);
});

test('an action that somebody has taken back already is said no more, and who asked hears it', async () => {
  const { queue } = scene(['ok', 'taken back']);
  const entry = queue.decide(accept('p1'), ADA);
  assert.deepEqual([queue.entryOn('1'), queue.entryOn('p2')], [entry, undefined]);
  await assert.rejects(queue.takeBack(1), /somebody has taken it back/);
  assert.deepEqual(
    [entry.state.value.is, queue.said('p1'), queue.entryOn('p1'), queue.undoLast()],
    ['undone', undefined, undefined, undefined],
  );
});

test('a decision that was refused while its taking back waited has nothing to be taken back', async () => {
  const { queue, asked } = scene(['no']);
  queue.decide(accept('p1'), ADA);
  await Promise.resolve();
  queue.undoLast();
  await queue.settled;
  assert.deepEqual(asked, ['accept k0']);
  assert.deepEqual([queue.said('p1'), queue.pending.value], [undefined, 0]);
});

test('what the server has told of since is not said again; what it knows only in part is', async () => {
  const { queue } = scene();
  queue.decide(accept('p1'), ADA);
  await queue.settled;
  const asked = queue.writes.value;
  assert.equal(queue.said('p1', asked), undefined, 'whoever asked after the write was told of it');
  assert.deepEqual(queue.said('p1', asked - 1), { verdict: 'accepted' });
  queue.decide(reject('p1'), ADA);
  assert.deepEqual(queue.said('p1', asked), { verdict: 'rejected' }, 'this one is on its way');
  queue.undoLast();
  assert.equal(queue.said('p1', asked), undefined);
  await queue.settled;
});

test('an action of anybody is taken back, and one that was made here is said no more', async () => {
  const { queue, asked } = scene();
  const entry = queue.decide(accept('p1'), ADA);
  await queue.takeBack(1);
  assert.deepEqual([entry.state.value.is, queue.said('p1'), queue.undoLast()], ['undone', undefined, undefined]);
  await queue.takeBack(77);
  assert.deepEqual(asked, ['accept k0', 'undo 1 k1', 'undo 77 k2']);
  assert.deepEqual([queue.writes.value, queue.lastWrite], [3, { does: 'undo', entry: null }]);
});

test('an action whose taking back is refused stands, and who asked hears why', async () => {
  const { queue } = scene(['ok', 'no']);
  queue.decide(accept('p1'), ADA);
  await assert.rejects(queue.takeBack(1), /it is refused/);
  assert.deepEqual([queue.said('p1'), queue.writes.value], [{ verdict: 'accepted' }, 1]);
  assert.equal(queue.undoLast()?.decision.kind, 'accept');
  await queue.settled;
});
