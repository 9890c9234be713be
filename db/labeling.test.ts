import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noOverlaps, rle } from '../core/index.ts';
import { addImage, addModel, attempt, boxMask, CAT, DOG, label, prediction, recordDone, SIZE, T0, testRun } from './test-database.ts';

test('an image is labeled once a round: a second attempt changes nothing and says so', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  assert.equal(recordDone(db, attempt(image.id), [prediction(0.9), prediction(0.3, DOG)]), 'recorded');
  assert.equal(recordDone(db, attempt(image.id), [prediction(0.1)]), 'known');
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
  assert.equal(recordDone(db, attempt(image.id, 2), []), 'recorded');
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
    () => db.labeling.recordDone(attempt(image.id), [prediction(0.9), tall], noOverlaps),
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
    if (id % 2 === 0) recordDone(db, attempt(id), []);
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
  const told = [{ round: 1, image: image.id, fileName: '1.jpg', reason: 'unreadable: truncated JPEG', createdAtMs: T0 }];
  assert.deepEqual(db.labeling.failed(1, 9), told);
  assert.deepEqual([...db.labeling.pending(1)], []);
  assert.equal(db.labeling.retryFailed(1), 1);
  assert.deepEqual([...db.labeling.pending(1)], [image]);
  db.labeling.recordFailed(attempt(image.id), 'again');
  assert.equal(recordDone(db, attempt(image.id), [prediction(0.9)]), 'recorded', 'a late success replaces a failure');
  assert.deepEqual(db.labeling.counts(1), { done: 1, failed: 0, pending: 0, withoutPredictions: 0 });
});

test('of many failed images the first ones are told', (t) => {
  const db = testRun(t);
  for (let number = 1; number <= 5; number++) db.labeling.recordFailed(attempt(addImage(db, number).id), 'is damaged');
  assert.deepEqual(
    db.labeling.failed(1, 2).map(({ fileName }) => fileName),
    ['1.jpg', '2.jpg'],
  );
});

test('the candidates of an image are its rows as columns, with the overlaps of its masks', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const quality = { probability: 0.5, stability: 0.25, flipAgreement: 0.75 };
  const said = [prediction(0.9), { ...prediction(0.5, DOG), quality }, prediction(0.25, CAT, { x1: 40, y1: 30, x2: 44, y2: 34 })];
  label(db, first, said);
  label(db, second, []);
  const sets = [...db.labeling.candidateSets(1)];
  assert.deepEqual(
    sets.map(({ image, candidates }) => [image, candidates.ids.length]),
    [
      [first.id, 3],
      [second.id, 0],
    ],
  );
  const { overlaps, ...columns } = sets[0].candidates;
  assert.deepEqual(columns, {
    ids: Float64Array.of(1, 2, 3),
    categories: Float64Array.of(CAT, DOG, CAT),
    scores: Float64Array.of(0.9, 0.5, 0.25),
    areasPx2: Uint32Array.of(128, 128, 16),
    maskProbabilities: Float32Array.of(Number.NaN, 0.5, Number.NaN),
    maskStabilities: Float32Array.of(Number.NaN, 0.25, Number.NaN),
    flipAgreements: Float32Array.of(Number.NaN, 0.75, Number.NaN),
  });
  assert.deepEqual(overlaps, { first: Uint32Array.of(0), second: Uint32Array.of(1), iou: Float32Array.of(1) });
  assert.deepEqual(db.labeling.candidates(1, first), sets[0].candidates);
});

test('overlaps of other predictions are refused', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const overlaps = { first: Uint32Array.of(0), second: Uint32Array.of(2), iou: Float32Array.of(1) };
  assert.throws(() => db.labeling.recordDone(attempt(image.id), [prediction(0.9)], overlaps), /Expected pairs of 1 masks for overlaps/);
});

test('an image that fails within a transaction takes all of that back, even where its error is caught', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const broken = () =>
    db.transaction(() => {
      label(db, first, [prediction(0.9)]);
      assert.throws(() => label(db, second, [prediction(0.5), prediction(2)]), /CHECK/);
    });
  assert.throws(broken, /no transaction is active/);
  assert.deepEqual(db.labeling.counts(1), { done: 0, failed: 0, pending: 2, withoutPredictions: 0 });
});

test('sums over predictions are those of the rows, also of the newest few', (t) => {
  const db = testRun(t);
  const many = Array.from({ length: 900 }, (_, at) => prediction((at % 97) / 97, at % 3 === 0 ? DOG : CAT));
  for (let number = 1; number <= 6; number++) {
    db.labeling.recordDone(attempt(addImage(db, number).id), many, noOverlaps);
    const { until } = db.connection.one<{ until: number }>('SELECT until_prediction AS until FROM summed');
    assert.equal(until, number < 5 ? 0 : 4500);
    assert.deepEqual(
      db.connection.all('SELECT category_id, bin, predictions FROM score_counts ORDER BY category_id, bin'),
      db.connection.all(`SELECT category_id, min(19, CAST(score * 20 AS INTEGER)) AS bin, count(*) AS predictions FROM predictions
        GROUP BY category_id, bin ORDER BY category_id, bin`),
    );
    assert.deepEqual(db.connection.all('SELECT category_id, band, predictions FROM area_counts ORDER BY category_id'), [
      { category_id: CAT, band: 0, predictions: 600 * number },
      { category_id: DOG, band: 0, predictions: 300 * number },
    ]);
  }
});
