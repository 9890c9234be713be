import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryId, rle } from '../core/index.ts';
import { bootstrap, curvesCsv, evaluate, evaluateLvis, lvisReportText, matchImages, precisionRecall, reportText } from './index.ts';

const box = { x1: 0, y1: 0, x2: 40, y2: 40 };
const mask = rle.fromBox({ width: 100, height: 100 }, box);
const shape = { category: categoryId(1), box, mask };
const images = [{ truths: [{ ...shape, crowd: false, areaPx2: 1600 }], detections: [{ ...shape, mask: lowerHalfCut(mask), score: 1 }] }];

test('the report has twelve lines of mask and box, and a dash where there is nothing to find', () => {
  const options = { maxDetections: [1, 10, 1000] } as const;
  const text = reportText({
    mask: evaluate(images, [shape.category], 'segm', options),
    box: evaluate(images, [shape.category], 'bbox', options),
  });
  assert.equal(
    text,
    [
      '                                        mask     box',
      'AP  IoU 0.50:0.95  all     best 1000  0.1000  1.0000',
      'AP  IoU 0.50       all     best 1000  1.0000  1.0000',
      'AP  IoU 0.75       all     best 1000  0.0000  1.0000',
      'AP  IoU 0.50:0.95  small   best 1000       -       -',
      'AP  IoU 0.50:0.95  medium  best 1000  0.1000  1.0000',
      'AP  IoU 0.50:0.95  large   best 1000       -       -',
      'AR  IoU 0.50:0.95  all     best 1     0.1000  1.0000',
      'AR  IoU 0.50:0.95  all     best 10    0.1000  1.0000',
      'AR  IoU 0.50:0.95  all     best 1000  0.1000  1.0000',
      'AR  IoU 0.50:0.95  small   best 1000       -       -',
      'AR  IoU 0.50:0.95  medium  best 1000  0.1000  1.0000',
      'AR  IoU 0.50:0.95  large   best 1000       -       -',
      '',
    ].join('\n'),
  );
});

test('intervals stand beside the numbers', () => {
  const matches = { mask: matchImages(images, [shape.category], 'segm'), box: matchImages(images, [shape.category], 'bbox') };
  const intervals = { mask: bootstrap(matches.mask, { resamples: 2 }), box: bootstrap(matches.box, { resamples: 2 }) };
  const text = reportText({ mask: evaluate(images, [shape.category], 'segm'), box: evaluate(images, [shape.category], 'bbox') }, intervals);
  const lines = text.split('\n');
  assert.equal(lines[0], '                                                        mask                      box');
  assert.equal(lines[1], 'AP  IoU 0.50:0.95  all     best 100  0.1000 [0.1000, 0.1000]  1.0000 [1.0000, 1.0000]');
  assert.equal(lines[4], 'AP  IoU 0.50:0.95  small   best 100                        -                        -');
});

test("LVIS's report has a line for each frequency", () => {
  const federated = images.map((image) => ({ ...image, negativeCategories: [], notExhaustiveCategories: [] }));
  const categories = [{ id: shape.category, frequency: 'common' }] as const;
  const lines = lvisReportText({
    mask: evaluateLvis(federated, categories, 'segm'),
    box: evaluateLvis(federated, categories, 'bbox'),
  }).split('\n');
  assert.equal(lines.length, 15);
  assert.deepEqual(lines.slice(7, 11), [
    'AP  IoU 0.50:0.95  rare      best 300       -       -',
    'AP  IoU 0.50:0.95  common    best 300  0.1000  1.0000',
    'AP  IoU 0.50:0.95  frequent  best 300       -       -',
    'AR  IoU 0.50:0.95  all       best 300  0.1000  1.0000',
  ]);
});

test('curves as CSV have a line for each point, and none for what has no truth', () => {
  const curves = precisionRecall(matchImages(images, [shape.category, categoryId(2)], 'segm'));
  const lines = curvesCsv({ mask: curves, box: [] }).split('\n');
  assert.equal(lines.length, 1 + 10 * 101 + 1);
  assert.deepEqual(lines.slice(0, 2), ['measured,category,iou,recall,precision', 'mask,1,0.50,0.00,0.9999999999999998']);
  assert.equal(lines[1010], 'mask,1,0.95,1.00,0');
});

function lowerHalfCut(mask: ReturnType<typeof rle.fromBox>): typeof mask {
  return rle.subtract(mask, rle.fromBox(mask.size, { x1: 0, y1: 20, x2: 100, y2: 100 }));
}
