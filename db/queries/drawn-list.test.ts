import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Box, type CategoryId, type VerdictId, verdictId } from '../../core/index.ts';
import type { ImageRow } from '../images.ts';
import type { Judgement } from '../judgements.ts';
import type { RunDatabase } from '../run-database.ts';
import { addImage, boxMask, CAT, DOG, label, prediction, T0, testRun } from '../test-database.ts';
import { DRAWN_ORDERS, type DrawnCursor, type DrawnFilter, type DrawnOrder, drawnIds, listDrawn } from './drawn-list.ts';

const SMALL: Box = { x1: 1, y1: 2, x2: 5, y2: 6 };
const LARGE: Box = { x1: 10, y1: 10, x2: 40, y2: 30 };

const draw = (image: ImageRow, category: CategoryId, box: Box): Judgement => ({
  of: 'image',
  image: image.id,
  verdict: 'drawn',
  category,
  mask: boxMask(box),
});
const about = (drawn: VerdictId, verdict: 'rejected' | 'withdrawn'): Judgement => ({ of: 'drawn', drawn, verdict });
const correct = (drawn: VerdictId, category: CategoryId, box: Box): Judgement => ({
  of: 'drawn',
  drawn,
  verdict: 'corrected',
  category,
  mask: boxMask(box),
});

const SIGNED = { who: 'ada', why: '', subject: 'a test', atMs: T0 };
const record = (db: RunDatabase, ...judgements: readonly Judgement[]) => db.verdicts.record(judgements, SIGNED).action;

/** Four drawings, those of the second picture before those of the first: a small cat and a large dog on each. */
function drawings(t: TestContext) {
  const db = testRun(t);
  const images = [addImage(db, 1), addImage(db, 2)];
  const [second, first] = [images[1], images[0]].map((image) => record(db, draw(image, CAT, SMALL), draw(image, DOG, LARGE)));
  const [cat2, dog2, cat1, dog1] = [1, 2, 3, 4].map(verdictId);
  return { db, images, actions: { first, second }, cat1, dog1, cat2, dog2 };
}

const ids = (db: RunDatabase, filter: DrawnFilter = {}, order: DrawnOrder = 'image'): VerdictId[] =>
  listDrawn(db, filter, order, 100).map(({ drawn }) => drawn);

test('what people drew is listed picture by picture, or by area, with its picture, class and place', (t) => {
  const { db, images, cat1, dog1, cat2, dog2 } = drawings(t);
  assert.deepEqual(ids(db), [cat1, dog1, cat2, dog2]);
  assert.deepEqual(ids(db, {}, 'area-desc'), [dog1, dog2, cat1, cat2]);
  assert.deepEqual(ids(db, {}, 'area-asc'), [cat2, cat1, dog2, dog1]);
  assert.deepEqual(listDrawn(db, {}, 'area-asc', 1), [
    {
      drawn: cat2,
      rank: 16,
      image: images[1].id,
      fileName: '2.jpg',
      category: CAT,
      categoryName: 'cat',
      box: SMALL,
      areaPx2: 16,
      verdict: 'drawn',
    },
  ]);
});

test('each condition of a filter leaves what meets it', (t) => {
  const { db, images, cat1, dog1, cat2, dog2 } = drawings(t);
  assert.deepEqual(ids(db, { category: DOG }), [dog1, dog2]);
  assert.deepEqual(ids(db, { image: images[1].id }), [cat2, dog2]);
  assert.deepEqual(ids(db, { minAreaPx2: 16, maxAreaPx2: 599 }), [cat1, cat2]);
  assert.deepEqual(ids(db, { minAreaPx2: 17, maxAreaPx2: 600 }), [dog1, dog2]);
  assert.deepEqual(drawnIds(db, { category: DOG, image: images[0].id }), [dog1]);
});

test('a correction is told under the id of the drawing, with its class, mask and box', (t) => {
  const { db, cat1, dog1, cat2, dog2 } = drawings(t);
  record(db, correct(cat1, DOG, LARGE));
  const action = record(db, correct(cat1, DOG, SMALL));
  const [line] = listDrawn(db, {}, 'image', 1);
  assert.deepEqual([line.drawn, line.category, line.box, line.areaPx2, line.verdict], [cat1, DOG, SMALL, 16, 'corrected']);
  assert.deepEqual(ids(db, { category: DOG }), [cat1, dog1, dog2]);
  assert.deepEqual(ids(db, { category: CAT }), [cat2]);
  db.verdicts.undo(action, { who: 'bob', atMs: T0 });
  assert.deepEqual(listDrawn(db, {}, 'image', 1)[0].box, LARGE, 'the correction before stands again');
});

test('what was rejected, withdrawn or undone is not listed, until it stands again', (t) => {
  const { db, actions, cat1, dog1, cat2, dog2 } = drawings(t);
  const rejected = record(db, about(cat1, 'rejected'));
  record(db, about(dog1, 'withdrawn'));
  assert.deepEqual(ids(db), [cat2, dog2]);
  assert.deepEqual(drawnIds(db, {}), [cat2, dog2]);
  db.verdicts.undo(rejected, { who: 'bob', atMs: T0 });
  assert.deepEqual(ids(db), [cat1, cat2, dog2]);
  db.verdicts.undo(actions.second, { who: 'bob', atMs: T0 });
  assert.deepEqual(ids(db), [cat1]);
});

test('what people say of predictions and of pictures is no drawing', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  record(
    db,
    { of: 'prediction', prediction: id, verdict: 'corrected', category: DOG, mask: boxMask(SMALL) },
    { of: 'image', image: image.id, verdict: 'rejected' },
  );
  assert.deepEqual([ids(db), drawnIds(db, {})], [[], []]);
});

test('pages follow each other without a gap in every order', (t) => {
  const db = testRun(t);
  const images = [1, 2, 3].map((number) => addImage(db, number));
  const any = fc.record({ at: fc.nat(2), side: fc.integer({ min: 1, max: 4 }), dog: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(any, { maxLength: 6 }),
      fc.constantFrom(...DRAWN_ORDERS),
      fc.integer({ min: 1, max: 5 }),
      (drawn, order, limit) => {
        record(db, ...drawn.map(({ at, side, dog }) => draw(images[at], dog ? DOG : CAT, { x1: 0, y1: 0, x2: side, y2: 2 })));
        assert.deepEqual(
          pagedIds(db, order, limit),
          listDrawn(db, {}, order, 10_000).map((line) => line.drawn),
        );
      },
    ),
    { numRuns: 25 },
  );
});

function pagedIds(db: RunDatabase, order: DrawnOrder, limit: number): VerdictId[] {
  const found: VerdictId[] = [];
  let after: DrawnCursor | undefined;
  for (;;) {
    const page = listDrawn(db, {}, order, limit, after);
    found.push(...page.map(({ drawn }) => drawn));
    after = page.at(-1);
    if (after === undefined) return found;
  }
}
