import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LossNumbers, LossWeights } from './head-losses.ts';
import { meanReport } from './step-report.ts';

const weights: LossWeights = { box: 2, dfl: 0.5, mask: 1, unsup: 0.25 };
const labeled: LossNumbers = { classes: 1, box: 0.5, dfl: 2, mask: 4 };
const pseudo: LossNumbers = { classes: 6, box: 1, dfl: 4, mask: 0 };
const [LABELED, PSEUDO] = [1 + 2 * 0.5 + 0.5 * 2 + 4, 6 + 2 * 1 + 0.5 * 4];

test('both parts of a batch: a mean, in which pseudo-labeled pictures weigh `unsup`', () => {
  const { loss, supLoss, unsupLoss, classLoss } = meanReport([{ labeled, pseudo }], weights);
  assert.deepEqual([supLoss, unsupLoss], [LABELED, PSEUDO]);
  assert.deepEqual([loss, classLoss], [0.8 * LABELED + 0.2 * PSEUDO, 0.8 * 1 + 0.2 * 6]);
});

test('a part alone counts as much as it would beside the other', () => {
  const alone = (report: Parameters<typeof meanReport>[0][number]) => meanReport([report], weights);
  assert.deepEqual([alone({ labeled, pseudo: null }).loss, alone({ labeled, pseudo: null }).unsupLoss], [LABELED, null]);
  assert.deepEqual([alone({ labeled: null, pseudo }).loss, alone({ labeled: null, pseudo }).supLoss], [0.25 * PSEUDO, null]);
});

test('micro-batches: a mean, of the parts over those that have them', () => {
  const { loss, supLoss, unsupLoss } = meanReport(
    [
      { labeled, pseudo: null },
      { labeled: null, pseudo },
    ],
    weights,
  );
  assert.deepEqual([loss, supLoss, unsupLoss], [(LABELED + 0.25 * PSEUDO) / 2, LABELED, PSEUDO]);
});
