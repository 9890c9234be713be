import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { PictureQueue, type QueuedPicture } from './picture-queue.ts';

const pictures = (count: number) => Array.from({ length: count }, (_, id) => ({ id, path: `${id}.jpg` }));

test('whatever order labelers finish in, and whatever they give back, outcomes are served in order, once', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 4 }), fc.nat()), { minLength: 1 }), (count, turns) => {
      const queue = new PictureQueue(pictures(count));
      const out: QueuedPicture[] = [];
      const served: number[] = [];
      const finish = ([picture]: QueuedPicture[]) => queue.finish(picture, { status: 'unusable', id: picture.picture.id, reason: '' });
      for (let turn = 0; served.length < count; turn++) {
        const [what, size, pick] = turns[turn % turns.length];
        if (out.length === 0 || (what < 2 && turn < 500)) out.push(...queue.take(size));
        else if (what === 2 && turn < 500) queue.giveBack(out.splice(pick % out.length, size));
        else finish(out.splice(pick % out.length, 1));
        for (let outcome = queue.serve(); outcome !== null; outcome = queue.serve()) served.push(outcome.id);
      }
      assert.deepEqual(
        served,
        pictures(count).map(({ id }) => id),
      );
    }),
  );
});

test('labelers stop when the picture that all wait for is too far behind', () => {
  const queue = new PictureQueue(pictures(1000));
  const [first] = queue.take(1);
  let taken = 1;
  while (queue.take(1).length > 0) taken++;
  assert.equal(taken, 256);
  assert.equal(queue.empty, false);
  queue.finish(first, { status: 'unusable', id: 0, reason: '' });
  assert.deepEqual(queue.take(1), []);
  queue.serve();
  assert.equal(queue.take(1)[0].place, 256);
});
