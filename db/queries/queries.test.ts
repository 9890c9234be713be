import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionId, verdictId } from '../../core/index.ts';
import { openDatabase } from '../open.ts';
import {
  addImage,
  addSelectedImages,
  boxMask,
  CAT,
  DOG,
  groundTruth,
  hash,
  label,
  NOTHING_FOUND,
  prediction,
  T0,
  testRun,
} from '../test-database.ts';
import { keptLabels } from './kept-labels.ts';
import { listLabels } from './labels-list.ts';
import { runStatus } from './run-status.ts';
import { humanLabeled, trainingSet } from './training-set.ts';

test('kept labels come by image, and only images that have one', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
  const images = [...keptLabels(db, 1)];
  const labels = images.flatMap(({ image, labels }) => labels.map(({ weight, ...one }) => ({ image: image.id, weight, by: one.by })));
  assert.deepEqual(
    labels,
    listLabels(db, { round: 1, status: 'kept' }, 'image', 1000).map(({ image, score }) => ({ image, weight: score, by: 'teacher' })),
  );
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
    ...NOTHING_FOUND,
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
    donated: [],
  });
  assert.deepEqual([...humanLabeled(db, 'validation')], [{ image: validation, truths: [groundTruth(box)] }]);
});

test("people's labels: drawn ones are trained on, by a human hand, and donated ones are donors alone", (t) => {
  const db = testRun(t);
  const [image, other] = [addImage(db, 1), addImage(db, 2)];
  const [id] = label(db, image, [prediction(0.4)]);
  label(db, other, []);
  const box = { x1: 30, y1: 8, x2: 50, y2: 30 };
  const signed = { who: 'ada', why: '', subject: '1', atMs: T0 };
  db.verdicts.record(
    [
      { of: 'prediction', prediction: id, verdict: 'corrected', category: DOG, mask: boxMask(box) },
      { of: 'image', image: other.id, verdict: 'drawn', category: CAT, mask: boxMask(box) },
    ],
    signed,
  );
  const replaced = { prediction: id, status: 'dropped', reason: 'replaced' } as const;
  db.pseudoLabels.record({ round: 1, image: image.id, decisions: [replaced], ...NOTHING_FOUND, drawn: [verdictId(1)] });
  db.pseudoLabels.record({ round: 1, image: other.id, decisions: [], ...NOTHING_FOUND, drawn: [verdictId(2)] });
  db.donations.add([verdictId(2)], signed);
  db.rounds.freeze(1, {}, T0);
  db.verdicts.undo(actionId(1), { who: 'ada', atMs: T0 });
  assert.deepEqual(
    [...keptLabels(db, 1)].map(({ labels }) => labels),
    [
      [{ by: 'person', verdict: 1, about: { of: 'prediction', prediction: id }, category: DOG, box, mask: boxMask(box), weight: 1 }],
      [{ by: 'person', verdict: 2, about: { of: 'drawn', drawn: 2 }, category: CAT, box, mask: boxMask(box), weight: 1 }],
    ],
    'what was frozen stays, whatever is undone',
  );
  assert.deepEqual(db.pseudoLabels.counts(1), { withLabels: 2, withoutLabels: 0, kept: 0, drawn: 2, dropped: 1 });
  const { pseudo, donated } = trainingSet(db, 1);
  const instance = (classIndex: number) => ({ classIndex, mask: boxMask(box), source: { by: 'human' } });
  assert.deepEqual(
    pseudo.map(({ instances }) => instances),
    [[instance(1)], [instance(0)]],
  );
  assert.deepEqual(donated, [{ path: other.path, size: other.size, instances: [instance(0)], ignored: [] }]);
});

test('the status of a run is read beside the run that writes', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
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
