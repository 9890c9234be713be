import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictId } from '../core/index.ts';
import type { RunDatabase } from './run-database.ts';
import { addImage, addModel, groundTruth, hash, label, NOTHING_FOUND, prediction, T0, testRun } from './test-database.ts';

const BOX = { x1: 2, y1: 2, x2: 12, y2: 10 };

const PREDICTION = `INSERT INTO predictions (round, image_id, model_id, category_id, score, x1, y1, x2, y2, area_px2, rle)`;

const VERDICT = 'INSERT INTO verdicts (action_id, image_id, prediction_id, drawn_id, verdict, standing)';
const DONATION = 'INSERT INTO donations (action_id, image_id, category_id, verdict_id, from_round)';
const SUSPICION =
  'INSERT INTO suspicions (round, kind, strength, prediction_id, image_id, strongest, category_id, score, area_px2, status, reason)';
const PSEUDO_LABEL = 'INSERT INTO pseudo_labels (round, image_id, prediction_id, category_id, score, status, reason, weight)';
const CLASS_METRIC = 'INSERT INTO class_metrics (round, step, category_id, truths, mask_ap, mask_ap50, box_ap)';

/** Violations planted by SQL, as another program could: each must bite, with these words. */
const VIOLATIONS: readonly (readonly [string, string, RegExp])[] = [
  ['a ground truth is changed', 'UPDATE ground_truths SET crowd = 1', /a ground truth is immutable/],
  ['a ground truth is deleted', 'DELETE FROM ground_truths', /a ground truth is immutable/],
  [
    'an unlabeled image gets a ground truth',
    `INSERT INTO ground_truths (image_id, category_id, x1, y1, x2, y2, area_px2, crowd, rle) VALUES (3, 3, 0, 0, 1, 1, 1, 0, '01')`,
    /an unlabeled image has no ground truth/,
  ],
  ['a labeled image gets a prediction', `${PREDICTION} VALUES (1, 1, 1, 3, 0.5, 0, 0, 1, 1, 1, '01')`, /FOREIGN KEY/],
  ['a validation image gets a prediction', `${PREDICTION} VALUES (1, 2, 1, 3, 0.5, 0, 0, 1, 1, 1, '01')`, /FOREIGN KEY/],
  [
    'a validation image is labeled',
    `INSERT INTO label_attempts VALUES (1, 2, 'done', NULL, 1, 0, 1, 1)`,
    /only unlabeled images are labeled/,
  ],
  ['a validation image becomes training data', `UPDATE images SET subset = 'unlabeled' WHERE id = 2`, /keeps its content and its subset/],
  ['an image gets other content', `UPDATE images SET sha256 = '${hash(99)}' WHERE id = 2`, /keeps its content/],
  [
    'content is there twice',
    `INSERT INTO images SELECT 9, sha256, 'x', 'x', 1, 1, 1, 'unlabeled', NULL FROM images WHERE id = 1`,
    /UNIQUE.*sha256/,
  ],
  ['a score is above 1', `${PREDICTION} VALUES (1, 3, 1, 3, 1.01, 0, 0, 1, 1, 1, '01')`, /CHECK.*score/],
  ['a score is no number', `${PREDICTION} VALUES (1, 3, 1, 3, NULL, 0, 0, 1, 1, 1, '01')`, /NOT NULL.*score/],
  ['a score is text', `${PREDICTION} VALUES (1, 3, 1, 3, 'high', 0, 0, 1, 1, 1, '01')`, /cannot store TEXT/],
  ['a prediction has an unknown category', `${PREDICTION} VALUES (1, 3, 1, 999, 0.5, 0, 0, 1, 1, 1, '01')`, /FOREIGN KEY/],
  ['a prediction is changed', 'UPDATE predictions SET score = 1', /a prediction is immutable/],
  ['a prediction is deleted', 'DELETE FROM predictions', /a prediction is immutable/],
  ['a failure has no reason', `UPDATE label_attempts SET status = 'failed', predictions = 0`, /CHECK/],
  ['a failure has predictions', `UPDATE label_attempts SET status = 'failed', reason = 'x'`, /CHECK/],
  ['a prediction is of no attempt', `${PREDICTION} VALUES (2, 3, 1, 3, 0.5, 0, 0, 1, 1, 1, '01')`, /FOREIGN KEY/],
  ['an attempt moves to a labeled image', 'UPDATE label_attempts SET image_id = 1', /keeps its round and its image/],
  ['a candidate set is changed', `UPDATE candidate_sets SET candidates = x''`, /a candidate set is immutable/],
  ['a candidate set is deleted', 'DELETE FROM candidate_sets', /a candidate set is immutable/],
  ['an unlabeled image calibrates', `INSERT INTO calibration_sets VALUES (1, 3, x'', x'', '[]')`, /no ground truth to calibrate by/],
  ['a whole image is accepted', `${VERDICT} VALUES (1, 3, NULL, NULL, 'accepted', 1)`, /CHECK/],
  ['a correction has no mask', `${VERDICT} VALUES (1, 3, 1, NULL, 'corrected', 1)`, /CHECK/],
  ['a verdict names another image', `${VERDICT} VALUES (1, 4, 1, NULL, 'accepted', 1)`, /names the image of its prediction/],
  ['a verdict is about human labels', `${VERDICT} VALUES (1, 1, NULL, NULL, 'rejected', 1)`, /human labels are immutable/],
  ['two verdicts about a prediction stand', `${VERDICT} VALUES (1, 3, 1, NULL, 'rejected', 1)`, /UNIQUE.*prediction_id/],
  ['a verdict is changed', `UPDATE verdicts SET verdict = 'rejected'`, /replaced or undone, not changed/],
  ['a verdict is deleted', 'DELETE FROM verdicts', /replaced or undone, not deleted/],
  ['an action is changed', `UPDATE actions SET who = 'eve'`, /undone, not changed/],
  ['an action is deleted', 'DELETE FROM actions', /undone, not deleted/],
  ['a donation has no verdict of a person', `${DONATION} VALUES (1, 3, 3, 2, 1)`, /accepted, corrected or drew/],
  ['a donation is deleted', 'DELETE FROM donations', /taken back, not deleted/],
  ['a donation is older than it was', 'UPDATE donations SET from_round = 0', /not changed/],
  ['a drawn label was not drawn', 'INSERT INTO drawn_labels VALUES (1, 3, 1)', /what a person drew or corrected/],
  [
    'a suspicion is of a prediction of another round',
    `${SUSPICION} VALUES (2, 'cut', 0.5, 1, 3, 1, 3, 0.9, 128, 'kept', 'score')`,
    /a suspicion is of a prediction of its own selection/,
  ],
  [
    'a suspicion has other facts than its prediction',
    `${SUSPICION} VALUES (1, 'cut', 0.5, 1, 3, 1, 3, 0.8, 128, 'kept', 'score')`,
    /with the facts of that/,
  ],
  ['a suspicion is changed', 'UPDATE suspicions SET strength = 1', /found anew, not changed/],
  ['a pseudo-label is of another round', `${PSEUDO_LABEL} VALUES (2, 3, 1, 3, 0.9, 'kept', 'score', 1)`, /own round and image/],
  ['a dropped label has a weight', `${PSEUDO_LABEL} VALUES (1, 3, 1, 3, 0.9, 'dropped', 'duplicate', 1)`, /CHECK/],
  ['a class without objects has an AP', `${CLASS_METRIC} VALUES (1, 10, 3, 0, 0, NULL, NULL)`, /CHECK/],
  ['a class with objects has none', `${CLASS_METRIC} VALUES (1, 10, 3, 2, 0.5, 0.5, NULL)`, /CHECK/],
  ['an AP is above 1', `${CLASS_METRIC} VALUES (1, 10, 3, 2, 0.5, 1.01, 0.5)`, /CHECK.*mask_ap50/],
  ['an unknown category is measured', `${CLASS_METRIC} VALUES (1, 10, 999, 2, 0.5, 0.5, 0.5)`, /FOREIGN KEY/],
  ['a round that is not there is measured', `${CLASS_METRIC} VALUES (9, 10, 3, 2, 0.5, 0.5, 0.5)`, /FOREIGN KEY/],
  ['a run has a second row', `INSERT INTO runs VALUES (2, 'b', 1, '{}', 'x', '1', 1, 1)`, /CHECK.*id/],
  ['two categories share a class index', `INSERT INTO categories VALUES (4, 'cow', 0)`, /UNIQUE.*class_index/],
  ['a contract is no JSON', `UPDATE models SET contract = '{'`, /CHECK.*json/],
  ['a round is frozen without a policy', 'UPDATE rounds SET frozen_at_ms = 1', /CHECK/],
];

function smallRun(db: RunDatabase): void {
  const labeled = addImage(db, 101, 'labeled');
  addImage(db, 102, 'validation');
  db.groundTruths.add(labeled, [groundTruth(BOX)]);
  const image = addImage(db, 103);
  const [first, second] = label(db, image, [prediction(0.9), prediction(0.8)]);
  db.pseudoLabels.record({
    ...NOTHING_FOUND,
    round: 1,
    image: image.id,
    decisions: [first, second].map((one) => ({ prediction: one, status: 'kept', reason: 'score', weight: 1 })),
    suspicions: [{ kind: 'cut', strength: 0.25, prediction: first, other: null }],
  });
  addImage(db, 104);
  const signed = { who: 'ada', why: '', subject: '1', atMs: T0 };
  db.verdicts.record([{ of: 'prediction', prediction: first, verdict: 'accepted' }], signed);
  db.verdicts.record([{ of: 'prediction', prediction: second, verdict: 'rejected' }], signed);
  db.donations.add([verdictId(1)], signed);
  db.rounds.start(2, { stage: 'label', teacher: addModel(db, 2), startedAtMs: T0 });
}

test('planted violations bite', async (t) => {
  const db = testRun(t);
  smallRun(db);
  for (const [what, sql, words] of VIOLATIONS) await t.test(what, () => assert.throws(() => db.connection.run(sql), words));
});

test('donors are human labels of labeled images, without crowd regions', (t) => {
  const db = testRun(t);
  const labeled = addImage(db, 1, 'labeled');
  const validation = addImage(db, 2, 'validation');
  db.groundTruths.add(labeled, [groundTruth(BOX), groundTruth(BOX, true)]);
  db.groundTruths.add(validation, [groundTruth(BOX)]);
  label(db, addImage(db, 3), [prediction(0.9)]);
  assert.deepEqual(db.connection.all('SELECT image_id, crowd FROM donors'), [{ image_id: labeled.id, crowd: 0 }]);
  assert.equal(db.groundTruths.countDonors(), 1);
});

test('what was frozen stays', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  db.pseudoLabels.record({
    round: 1,
    image: image.id,
    decisions: [{ prediction: id, status: 'kept', reason: 'score', weight: 1 }],
    ...NOTHING_FOUND,
  });
  db.rounds.freeze(1, {}, T0);
  assert.throws(() => db.connection.run('DELETE FROM pseudo_labels'), /frozen/);
  assert.throws(() => db.connection.run('UPDATE pseudo_labels SET weight = 0.5'), /made anew, not changed/);
  assert.throws(
    () => db.connection.run(`${PSEUDO_LABEL} VALUES (1, 1, 1, 3, 0.9, 'kept', 'score', 1)`),
    /the pseudo-labels of this round are frozen/,
  );
});
