import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxArea, type PredictionId } from '../../core/index.ts';
import { AREA_BANDS, areaBandOf } from '../area-bands.ts';
import type { SelectionDecision } from '../pseudo-labels.ts';
import { addImage, addSelectedImages, attempt, boxMask, CAT, DOG, groundTruth, label, prediction, T0, testRun } from '../test-database.ts';
import { labelStats } from './labels-stats.ts';

const ROUNDING = 1e-12;
const boxOfSide = (side: number) => ({ x1: 0, y1: 0, x2: Math.min(side, 64), y2: Math.min(side, 48) });

/** Of many sizes. */
const boxAt = (number: number, at: number) => boxOfSide(1 + ((number * 7 + at * 11) % 48));

test('statistics are those of the rows', (t) => {
  const db = testRun(t);
  addSelectedImages(db, boxAt);
  db.labeling.recordFailed(attempt(addImage(db, 99).id), 'unreadable');
  const stats = labelStats(db, 1);
  assert.deepEqual(stats.images, { done: 60, failed: 1, pending: 0, withoutPredictions: 8 });
  const kept = db.connection.one<{ images: number; labels: number }>(
    `SELECT count(DISTINCT image_id) AS images, count(*) AS labels FROM pseudo_labels WHERE status = 'kept'`,
  );
  assert.equal(stats.selection.withLabels, kept.images);
  assert.equal(stats.selection.withLabels + stats.selection.withoutLabels, 50);
  assert.equal(stats.selection.kept, kept.labels);
  for (const { category, predictions, meanScore, histogram, areas, ...decided } of stats.categories) {
    const rows = db.connection.all<{ score: number; area: number; status: string | null; reason: string }>(
      `SELECT p.score, p.area_px2 AS area, s.status, s.reason FROM predictions p LEFT JOIN pseudo_labels s ON s.prediction_id = p.id
       WHERE p.category_id = ?`,
      [category],
    );
    assert.equal(predictions, rows.length);
    const mean = rows.reduce((sum, { score }) => sum + score, 0) / rows.length;
    assert.ok(Math.abs((meanScore ?? -1) - mean) < ROUNDING);
    const bins = new Array(20).fill(0);
    for (const { score } of rows) bins[Math.min(19, Math.floor(score * 20))]++;
    assert.deepEqual(histogram, bins);
    assert.equal(decided.kept, rows.filter(({ status }) => status === 'kept').length);
    for (const reason of ['duplicate', 'below-threshold'])
      assert.equal(decided.dropped[reason], rows.filter((row) => row.reason === reason).length);
    for (const [band, counts] of areas.entries()) {
      const inBand = rows.filter(({ area }) => area >= AREA_BANDS[band].fromPx2 && area < (AREA_BANDS[band].belowPx2 ?? Infinity));
      assert.deepEqual([counts.predictions, counts.kept], [inBand.length, inBand.filter(({ status }) => status === 'kept').length]);
    }
  }
});

test('density and class shares stand beside the human ones; what people drew counts as a label', (t) => {
  const db = testRun(t);
  const box = boxOfSide(20);
  db.groundTruths.add(addImage(db, 1, 'labeled'), [groundTruth(box), groundTruth(box), groundTruth(box, true)]);
  addImage(db, 2, 'labeled');
  db.groundTruths.add(addImage(db, 3, 'validation'), [groundTruth(box)]);
  const [first, second] = [addImage(db, 4), addImage(db, 5)];
  const sign = { who: 'ada', why: 'missed', subject: 'a test', atMs: T0 };
  label(db, first, [prediction(0.9, DOG, box), prediction(0.8, CAT, box), prediction(0.1, CAT, box)]);
  label(db, second, []);
  db.verdicts.record([{ of: 'image', image: first.id, verdict: 'drawn', category: CAT, mask: boxMask(box) }], sign);
  const [{ id: drawn }] = db.verdicts.ofImage(first);
  const ids = db.labeling.predictions(1, first).map(({ id }) => id);
  const keep = (id: PredictionId, at: number): SelectionDecision =>
    at < 2
      ? { prediction: id, status: 'kept', reason: 'score', weight: 1 }
      : { prediction: id, status: 'dropped', reason: 'below-threshold' };
  const common = { round: 1, lineage: new Map(), changes: [], suspicions: [] };
  db.pseudoLabels.record({ ...common, image: first.id, decisions: ids.map(keep), drawn: [drawn] });
  db.pseudoLabels.record({ ...common, image: second.id, decisions: [], drawn: [] });
  const { categories, labelsPerImage, humanPerImage } = labelStats(db, 1);
  assert.deepEqual([labelsPerImage, humanPerImage], [1.5, 1]);
  const [cat, dog] = categories;
  assert.deepEqual([cat.kept, cat.drawn, cat.truths], [1, 1, 2]);
  assert.deepEqual([cat.labelsPerImage, cat.humanPerImage, cat.share, cat.humanShare], [1, 1, 2 / 3, 1]);
  assert.deepEqual([dog.labelsPerImage, dog.humanPerImage, dog.share, dog.humanShare], [0.5, 0, 1 / 3, 0]);
  const band = areaBandOf(boxArea(box));
  assert.deepEqual(cat.areas[band], { predictions: 2, kept: 1, drawn: 1, truths: 2 });
  assert.equal(cat.areas.length, 7);
});

test('a round without anything has statistics of nothing', (t) => {
  const stats = labelStats(testRun(t), 1);
  assert.deepEqual(stats.selection, { withLabels: 0, withoutLabels: 0, kept: 0, drawn: 0, dropped: 0 });
  assert.deepEqual(stats.categories[1], {
    category: DOG,
    name: 'dog',
    predictions: 0,
    meanScore: null,
    histogram: new Array(20).fill(0),
    kept: 0,
    dropped: {},
    drawn: 0,
    truths: 0,
    areas: AREA_BANDS.map(() => ({ predictions: 0, kept: 0, drawn: 0, truths: 0 })),
    labelsPerImage: null,
    humanPerImage: null,
    share: null,
    humanShare: null,
  });
});

test('bands of areas meet at their edges, and each lies within one of COCO’s sizes', () => {
  for (const [band, { fromPx2, belowPx2, size }] of AREA_BANDS.entries()) {
    assert.equal(areaBandOf(fromPx2), band);
    if (belowPx2 !== null) assert.equal(areaBandOf(belowPx2 - 1), band);
    assert.equal(size, fromPx2 < 1024 ? 'small' : fromPx2 < 9216 ? 'medium' : 'large');
  }
});
