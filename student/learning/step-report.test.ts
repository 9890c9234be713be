import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LossNumbers, LossWeights } from './head-losses.ts';
import { meanReport } from './step-report.ts';

const weights: LossWeights = { box: 2, dfl: 0.5, mask: 1, parts: { labeled: 0.75, pseudo: 0.25 } };
const labeled: LossNumbers = { classes: 1, box: 0.5, dfl: 2, mask: 4 };
const pseudo: LossNumbers = { classes: 6, box: 1, dfl: 4, mask: 0 };
const [LABELED, PSEUDO] = [1 + 2 * 0.5 + 0.5 * 2 + 4, 6 + 2 * 1 + 0.5 * 4];

test('both parts of a batch, by their weights', () => {
  const { loss, supLoss, unsupLoss, classLoss } = meanReport([{ labeled, pseudo }], weights);
  assert.deepEqual([supLoss, unsupLoss], [LABELED, PSEUDO]);
  assert.deepEqual([loss, classLoss], [0.75 * LABELED + 0.25 * PSEUDO, 0.75 * 1 + 0.25 * 6]);
});

test('a part that is absent has no loss', () => {
  const alone = meanReport([{ labeled, pseudo: null }], weights);
  assert.deepEqual([alone.loss, alone.supLoss, alone.unsupLoss], [0.75 * LABELED, LABELED, null]);
});

test('micro-batches: a mean, of the parts over those that have them', () => {
  const { loss, supLoss, unsupLoss } = meanReport(
    [
      { labeled, pseudo: null },
      { labeled: null, pseudo },
    ],
    weights,
  );
  assert.deepEqual([loss, supLoss, unsupLoss], [(0.75 * LABELED + 0.25 * PSEUDO) / 2, LABELED, PSEUDO]);
});
