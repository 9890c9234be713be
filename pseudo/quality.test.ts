import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, boxArea, type CategoryId, categoryId, type GroundTruth, rle } from '../core/index.ts';
import { pseudoQuality, type Quality } from './quality.ts';

const SIZE = { width: 40, height: 30 };
const CAT = categoryId(3);
const DOG = categoryId(17);
const BOX: Box = { x1: 0, y1: 0, x2: 20, y2: 10 };
const ROUNDING = 1e-12;

function placed(box: Box, category: CategoryId) {
  const data = new Uint8Array(SIZE.width * SIZE.height);
  for (let y = box.y1; y < box.y2; y++) data.fill(1, y * SIZE.width + box.x1, y * SIZE.width + box.x2);
  return { box, category, mask: rle.encode({ size: SIZE, data }) };
}

const label = (score: number, box = BOX, category = CAT) => ({ ...placed(box, category), score });
const truth = (box = BOX, crowd = false, category = CAT): GroundTruth => ({ ...placed(box, category), crowd, areaPx2: boxArea(box) });
const moved = (box: Box, byPx: number): Box => ({ ...box, x1: box.x1 + byPx, x2: box.x2 + byPx });

test('precision, recall and overlap of pseudo-labels, over all and by category', () => {
  const quality = pseudoQuality([
    { labels: [label(0.9, moved(BOX, 4)), label(0.8)], truths: [truth()] },
    { labels: [label(0.9, BOX, DOG)], truths: [truth(), truth(BOX, false, DOG), truth(moved(BOX, 20), false, DOG)] },
  ]);
  assert.deepEqual(quality.byCategory.get(CAT), {
    pseudoPrecision: 1 / 2,
    pseudoRecall: 1 / 2,
    meanMaskIou: 160 / 240,
    labels: 2,
    truths: 2,
    matched: 1,
    found: 1,
  });
  assert.deepEqual(quality.byCategory.get(DOG), {
    pseudoPrecision: 1,
    pseudoRecall: 1 / 2,
    meanMaskIou: 1,
    labels: 1,
    truths: 2,
    matched: 1,
    found: 1,
  });
  const { meanMaskIou, ...counts } = quality.overall;
  assert.deepEqual(counts, { pseudoPrecision: 2 / 3, pseudoRecall: 1 / 2, labels: 3, truths: 4, matched: 2, found: 2 });
  assert.ok(Math.abs((meanMaskIou ?? 0) - (160 / 240 + 1) / 2) < ROUNDING);
});

test('the stated IoU decides', () => {
  const images = [{ labels: [label(0.9, moved(BOX, 4))], truths: [truth()] }];
  assert.equal(pseudoQuality(images, 0.66).overall.matched, 1);
  assert.equal(pseudoQuality(images, 0.67).overall.matched, 0);
});

test('a label on a crowd region counts neither for nor against', () => {
  const small = { x1: 2, y1: 2, x2: 6, y2: 6 };
  const { overall } = pseudoQuality([{ labels: [label(0.9, small), label(0.8, moved(BOX, 20))], truths: [truth(BOX, true)] }]);
  assert.deepEqual(overall, { pseudoPrecision: 0, pseudoRecall: null, meanMaskIou: null, labels: 1, truths: 0, matched: 0, found: 0 });
});

test('a share of nothing is null', () => {
  const { overall, byCategory } = pseudoQuality([]);
  assert.deepEqual(overall, { pseudoPrecision: null, pseudoRecall: null, meanMaskIou: null, labels: 0, truths: 0, matched: 0, found: 0 });
  assert.equal(byCategory.size, 0);
});

test('by score: precision of the labels of a band, and how much of all objects it finds', () => {
  const { byScore } = pseudoQuality([
    {
      labels: [label(1, BOX), label(0.95, moved(BOX, 20)), label(0.31), label(0.3, moved(BOX, 20))],
      truths: [truth(), truth(BOX, false, DOG)],
    },
    { labels: [label(0.1)], truths: [truth()] },
  ]);
  assert.deepEqual(
    byScore.map(({ labels, matched, found, truths }) => [labels, matched, found, truths]).filter(([labels]) => labels > 0),
    [
      [1, 1, 1, 3],
      [2, 0, 0, 3],
      [2, 1, 1, 3],
    ],
  );
  assert.deepEqual([byScore.length, byScore[0].fromScore, byScore[0].meanScore, byScore[9].toScore], [10, 0, null, 1]);
  const { fromScore, pseudoPrecision, pseudoRecall, meanScore } = byScore[3];
  assert.deepEqual([fromScore, pseudoPrecision, pseudoRecall, meanScore], [0.3, 0, 0, 0.305]);
});

test('by area: labels by the size of their mask, objects by their own', () => {
  const small = { x1: 0, y1: 0, x2: 32, y2: 26 };
  const medium = { x1: 0, y1: 0, x2: 38, y2: 27 };
  const { byArea } = pseudoQuality([{ labels: [label(0.9, small)], truths: [truth(medium), truth({ x1: 38, y1: 28, x2: 40, y2: 30 })] }]);
  const shares = ({ pseudoPrecision, pseudoRecall, meanMaskIou }: Quality) => [pseudoPrecision, pseudoRecall, meanMaskIou];
  const overlap = (32 * 26) / (38 * 27);
  assert.deepEqual(shares(byArea.small), [1, 0, overlap]);
  assert.deepEqual(shares(byArea.medium), [null, 1, null]);
  assert.deepEqual(shares(byArea.large), [null, null, null]);
});
