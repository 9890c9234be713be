import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rle } from '../core/index.ts';
import { addImage, addModel, attempt, boxMask, DOG, label, prediction, SIZE, T0, testRun } from './test-database.ts';

test('an image is labeled once a round: a second attempt changes nothing and says so', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  assert.equal(db.labeling.recordDone(attempt(image.id), [prediction(0.9), prediction(0.3, DOG)]), 'recorded');
  assert.equal(db.labeling.recordDone(attempt(image.id), [prediction(0.1)]), 'known');
  assert.equal(db.labeling.recordFailed(attempt(image.id), 'too late'), 'known');
  const stored = db.labeling.predictions(1, image);
  assert.deepEqual(
    stored.map(({ score, category }) => [score, category]),
    [
      [0.9, prediction(0.9).category],
      [0.3, DOG],
    ],
  );
  db.rounds.start(2, { stage: 'label', teacher: addModel(db, 2), startedAtMs: T0 });
  assert.equal(db.labeling.recordDone(attempt(image.id, 2), []), 'recorded');
});

test('a prediction comes back as it was, with the area of its mask', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const said = prediction(0.123456789, DOG, { x1: 3.25, y1: 4.5, x2: 30.75, y2: 20.125 });
  const mask = boxMask({ x1: 3, y1: 4, x2: 30, y2: 20 });
  label(db, image, [{ ...said, mask }]);
  const [stored] = db.labeling.predictions(1, image);
  const { id, ...rest } = stored;
  assert.equal(id, 1);
  assert.deepEqual(rest, { ...said, mask, round: 1, image: image.id, model: 1, areaPx2: rle.area(mask) });
});

test('a mask of another size than its image is refused, and nothing of the image is written', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const tall = { ...prediction(0.5), mask: { size: { width: SIZE.height, height: SIZE.width }, counts: Uint32Array.of(64 * 48) } };
  assert.throws(
    () => db.labeling.recordDone(attempt(image.id), [prediction(0.9), tall]),
    /Expected the image's 64x48 for mask size, got "48x64"/,
  );
  assert.equal(db.labeling.counts(1).pending, 1);
  assert.deepEqual(db.labeling.predictions(1, image), []);
});

test('pending images are the unlabeled ones without an attempt, by id, also while attempts are recorded', (t) => {
  const db = testRun(t);
  const images = Array.from({ length: 1203 }, (_, number) => addImage(db, number + 1, number % 3 === 0 ? 'labeled' : 'unlabeled'));
  const unlabeled = images.filter(({ subset }) => subset === 'unlabeled').map(({ id }) => id);
  const seen = [];
  for (const { id } of db.labeling.pending(1)) {
    seen.push(id);
    if (id % 2 === 0) db.labeling.recordDone(attempt(id), []);
  }
  assert.deepEqual(seen, unlabeled);
  assert.deepEqual(
    Array.from(db.labeling.pending(1), ({ id }) => id),
    unlabeled.filter((id) => id % 2 === 1),
  );
  const done = unlabeled.filter((id) => id % 2 === 0);
  assert.deepEqual(
    Array.from(db.labeling.labeled(1), ({ id }) => id),
    done,
  );
  assert.deepEqual(db.labeling.counts(1), {
    done: done.length,
    failed: 0,
    pending: unlabeled.length - done.length,
    withoutPredictions: done.length,
  });
});

test('a failed image is told with its reason and can be retried', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  db.labeling.recordFailed(attempt(image.id), 'unreadable: truncated JPEG');
  assert.deepEqual(db.labeling.failed(1), [
    { round: 1, image: image.id, fileName: '1.jpg', reason: 'unreadable: truncated JPEG', createdAtMs: T0 },
  ]);
  assert.deepEqual([...db.labeling.pending(1)], []);
  assert.equal(db.labeling.retryFailed(1), 1);
  assert.deepEqual([...db.labeling.pending(1)], [image]);
  db.labeling.recordFailed(attempt(image.id), 'again');
  assert.equal(db.labeling.recordDone(attempt(image.id), [prediction(0.9)]), 'recorded', 'a late success replaces a failure');
  assert.deepEqual(db.labeling.counts(1), { done: 1, failed: 0, pending: 0, withoutPredictions: 0 });
});
