import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PredictionId, predictionId, SelfpasteError } from '../../core/index.ts';
import { openDatabase } from '../open.ts';
import type { SelectionDecision } from '../pseudo-labels.ts';
import type { RunDatabase } from '../run-database.ts';
import { addImage, addModel, attempt, boxMask, CAT, DOG, groundTruth, hash, label, prediction, T0, testRun } from '../test-database.ts';
import { keptLabels } from './kept-labels.ts';
import { type LabelCursor, type LabelFilter, type LabelLine, type LabelOrder, listLabels } from './labels-list.ts';
import { showLabel } from './labels-show.ts';
import { labelStats } from './labels-stats.ts';
import { runStatus } from './run-status.ts';
import { humanLabeled, trainingSet } from './training-set.ts';

const ROUNDING = 1e-12;

/** Keeps from 0.5 on. */
function decide(db: RunDatabase, image: ReturnType<typeof addImage>, round = 1, lineage = new Map<PredictionId, PredictionId>()): void {
  const decisions = db.labeling
    .predictions(round, image)
    .map(
      ({ id, score }): SelectionDecision =>
        score >= 0.5
          ? { prediction: id, status: 'kept', reason: 'score', weight: score }
          : { prediction: id, status: 'dropped', reason: score > 0.3 ? 'duplicate' : 'below-threshold' },
    );
  db.pseudoLabels.record({ round, image: image.id, decisions, lineage });
}

/** Sixty images with up to six predictions, many of equal score; the last ten images have no selection yet. */
function labeledRun(db: RunDatabase): void {
  for (let number = 1; number <= 60; number++) {
    const image = addImage(db, number);
    const scores = Array.from({ length: number % 7 }, (_, at) => ((number * 13 + at * 5) % 11) / 10);
    label(
      db,
      image,
      scores.map((score, at) => prediction(score, at % 3 === 0 ? DOG : CAT)),
    );
    if (number <= 50) decide(db, image);
  }
}

test('statistics are those of the rows', (t) => {
  const db = testRun(t);
  labeledRun(db);
  db.labeling.recordFailed(attempt(addImage(db, 99).id), 'unreadable');
  const stats = labelStats(db, 1);
  assert.deepEqual(stats.images, { done: 60, failed: 1, pending: 0, withoutPredictions: 8 });
  const kept = db.connection.one<{ images: number; labels: number }>(
    `SELECT count(DISTINCT image_id) AS images, count(*) AS labels FROM pseudo_labels WHERE status = 'kept'`,
  );
  assert.equal(stats.selection.withLabels, kept.images);
  assert.equal(stats.selection.withLabels + stats.selection.withoutLabels, 50);
  assert.equal(stats.selection.kept, kept.labels);
  for (const { category, predictions, meanScore, histogram, ...decided } of stats.categories) {
    const rows = db.connection.all<{ score: number; status: string | null; reason: string }>(
      `SELECT p.score, s.status, s.reason FROM predictions p LEFT JOIN pseudo_labels s ON s.prediction_id = p.id WHERE p.category_id = ?`,
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
  }
});

test('a round without anything has statistics of nothing', (t) => {
  const stats = labelStats(testRun(t), 1);
  assert.deepEqual(stats.selection, { withLabels: 0, withoutLabels: 0, kept: 0, dropped: 0 });
  assert.deepEqual(stats.categories[1], {
    category: DOG,
    name: 'dog',
    predictions: 0,
    meanScore: null,
    histogram: new Array(20).fill(0),
    kept: 0,
    dropped: {},
  });
});

function pages(db: RunDatabase, filter: LabelFilter, order: LabelOrder, between: () => void = () => {}): LabelLine[] {
  const lines: LabelLine[] = [];
  for (let after: LabelCursor | undefined; ; after = lines.at(-1)) {
    const page = listLabels(db, filter, order, 7, after);
    if (page.length === 0) return lines;
    lines.push(...page);
    between();
  }
}

const FILTERS: readonly (readonly [string, LabelFilter, (line: LabelLine) => boolean])[] = [
  ['everything', { round: 1 }, () => true],
  ['a category', { round: 1, category: DOG }, ({ category }) => category === DOG],
  ['a range of scores', { round: 1, minScore: 0.3, maxScore: 0.7 }, ({ score }) => score >= 0.3 && score <= 0.7],
  ['kept', { round: 1, status: 'kept' }, ({ selection }) => selection.status === 'kept'],
  ['dropped', { round: 1, status: 'dropped', category: CAT }, (line) => line.selection.status === 'dropped' && line.category === CAT],
  ['an image', { round: 1, image: 5 as LabelLine['image'] }, ({ image }) => image === 5],
  ['another round', { round: 2 }, () => false],
];

test('a list holds what its filter says, in its order, and its pages are those of the whole', async (t) => {
  const db = testRun(t);
  labeledRun(db);
  const all = listLabels(db, { round: 1 }, 'image', 1000);
  assert.equal(all.length, 178);
  const compare: Record<LabelOrder, (a: LabelLine, b: LabelLine) => number> = {
    'score-desc': (a, b) => b.score - a.score || b.id - a.id,
    'score-asc': (a, b) => a.score - b.score || a.id - b.id,
    image: (a, b) => a.image - b.image || a.id - b.id,
  };
  for (const [name, filter, matches] of FILTERS)
    for (const order of Object.keys(compare) as LabelOrder[])
      await t.test(`${name}, ${order}`, () => {
        assert.deepEqual(pages(db, filter, order), all.filter(matches).sort(compare[order]));
      });
});

test('lines that are added between two pages neither repeat nor hide others', (t) => {
  const db = testRun(t);
  labeledRun(db);
  const before = listLabels(db, { round: 1 }, 'score-desc', 1000).map(({ id }) => id);
  let number = 200;
  const seen = pages(db, { round: 1 }, 'score-desc', () => {
    if (number < 220) label(db, addImage(db, number++), [prediction(1), prediction(0.55)]);
  }).map(({ id }) => id);
  assert.equal(new Set(seen).size, seen.length);
  const old = new Set(before);
  assert.deepEqual(
    seen.filter((id) => old.has(id)),
    before,
  );
});

test('a label tells its image, model, decision, verdicts and lineage', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [first] = label(db, image, [prediction(0.6)]);
  decide(db, image);
  db.rounds.start(2, { stage: 'label', teacher: addModel(db, 2), startedAtMs: T0 });
  const [second] = label(db, image, [prediction(0.7)], 2);
  decide(db, image, 2, new Map([[second, first]]));
  db.rounds.start(3, { stage: 'label', teacher: addModel(db, 3), startedAtMs: T0 });
  const [third] = label(db, image, [prediction(0.2)], 3);
  assert.deepEqual(showLabel(db, third).selection, { status: 'open' });
  decide(db, image, 3, new Map([[third, second]]));
  db.verdicts.decide({ of: 'prediction', prediction: third, verdict: 'accepted' }, { who: 'ada', why: 'small but right', atMs: T0 });
  const facts = showLabel(db, third);
  assert.equal(facts.categoryName, 'cat');
  assert.equal(facts.image.fileName, '1.jpg');
  assert.equal(facts.model.role, 'given');
  assert.deepEqual(facts.prediction.mask, prediction(0.2).mask);
  assert.deepEqual(facts.selection, { status: 'dropped', reason: 'below-threshold', previous: second });
  assert.deepEqual(
    facts.verdicts.map(({ who, verdict }) => [who, verdict]),
    [['ada', 'accepted']],
  );
  assert.deepEqual(facts.lineage, [
    { prediction: second, round: 2, score: 0.7, status: 'kept', reason: 'score' },
    { prediction: first, round: 1, score: 0.6, status: 'kept', reason: 'score' },
  ]);
});

test('a label that is not there says so', (t) => {
  const db = testRun(t);
  assert.throws(
    () => showLabel(db, predictionId(77)),
    (error) => {
      assert.ok(error instanceof SelfpasteError);
      assert.equal(error.code, 'USAGE_NO_PREDICTION');
      assert.equal(error.message, 'Expected the id of a prediction of this run for prediction, got 77 (number)');
      assert.equal(error.hint, 'list the predictions and their ids with `selfpaste labels list`');
      return true;
    },
  );
});

test('kept labels come by image, and only images that have one', (t) => {
  const db = testRun(t);
  labeledRun(db);
  const images = [...keptLabels(db, 1)];
  const labels = images.flatMap(({ image, labels }) => labels.map((one) => ({ image, one })));
  const expected = listLabels(db, { round: 1, status: 'kept' }, 'image', 1000);
  assert.deepEqual(
    labels.map(({ one }) => one.id),
    expected.map(({ id }) => id),
  );
  assert.ok(labels.every(({ image, one }) => one.image === image.id && one.weight === one.score && one.reason === 'score'));
  assert.ok(images.every((image) => image.labels.length > 0));
});

test('the training set: human labels, pseudo-labels with their weights, and what is neither object nor background', (t) => {
  const db = testRun(t);
  const box = { x1: 1, y1: 2, x2: 30, y2: 20 };
  const labeled = addImage(db, 1, 'labeled');
  const empty = addImage(db, 2, 'labeled');
  const validation = addImage(db, 3, 'validation');
  const crowd = { x1: 40, y1: 2, x2: 60, y2: 40 };
  db.groundTruths.add(labeled, [groundTruth(box), groundTruth(crowd, true)]);
  db.groundTruths.add(validation, [groundTruth(box)]);
  const image = addImage(db, 4);
  const unsure = { x1: 30, y1: 8, x2: 50, y2: 30 };
  const [first, second, third] = label(db, image, [prediction(0.8, DOG), prediction(0.4, CAT, unsure), prediction(0.2)]);
  db.pseudoLabels.record({
    round: 1,
    image: image.id,
    decisions: [
      { prediction: first, status: 'kept', reason: 'score', weight: 0.8 },
      { prediction: second, status: 'dropped', reason: 'unsure' },
      { prediction: third, status: 'dropped', reason: 'below-threshold' },
    ],
    lineage: new Map(),
  });
  const { size, path } = labeled;
  assert.deepEqual(trainingSet(db, 1), {
    classNames: ['cat', 'dog'],
    labeled: [
      { path, size, instances: [{ classIndex: 0, mask: boxMask(box), source: { by: 'human' } }], ignored: [boxMask(crowd)] },
      { path: empty.path, size, instances: [], ignored: [] },
    ],
    pseudo: [
      {
        path: image.path,
        size,
        instances: [{ classIndex: 1, mask: prediction(0.8).mask, source: { by: 'teacher', weight: 0.8 } }],
        ignored: [boxMask(unsure)],
      },
    ],
  });
  assert.deepEqual([...humanLabeled(db, 'validation')], [{ image: validation, truths: [groundTruth(box)] }]);
});

test('the status of a run is read beside the run that writes', (t) => {
  const db = testRun(t);
  labeledRun(db);
  addImage(db, 100, 'validation');
  db.runs.create({
    name: 'first',
    seed: 7,
    config: { rounds: 2 },
    configHash: 'abc',
    programVersion: '0.1.0',
    machineVersion: 1,
    createdAtMs: T0,
  });
  db.metrics.record(1, 10, { 'loss/total': 3, maskAp: null });
  db.metrics.record(1, 20, { 'loss/total': 2 });
  db.checkpoints.record({ round: 1, step: 20, path: 'checkpoints/20', sha256: hash(20), bytes: 5, createdAtMs: T0 });
  db.snapshots.add({ atMs: T0, machineVersion: 1, state: { value: 'labeling' } });
  const reader = openDatabase(db.path, { mode: 'read' });
  t.after(() => reader.close());
  const status = runStatus(reader);
  assert.equal(status.run?.name, 'first');
  assert.deepEqual(status.run?.config, { rounds: 2 });
  assert.deepEqual(status.images, { labeled: 0, validation: 1, unlabeled: 60 });
  assert.equal(status.rounds[0].checkpointStep, 20);
  assert.deepEqual(status.rounds[0].metrics, { 'loss/total': 2, maskAp: null });
  assert.equal(status.rounds[0].labeling.done, 60);
  assert.deepEqual(status.snapshot?.state, { value: 'labeling' });
});
