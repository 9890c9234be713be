import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { categoryId, rle } from '../core/index.ts';
import { classTable, cocoReport, curvesText, lvisReport } from './evaluation-report.ts';

const box = { x1: 0, y1: 0, x2: 40, y2: 40 };
const shape = { category: categoryId(1), box, mask: rle.fromBox({ width: 100, height: 100 }, box) };
const image = { cocoId: 5, size: shape.mask.size, truths: [{ ...shape, crowd: false, areaPx2: 1600, boxAreaPx2: 1600 }] };
const detections = new Map([[5, [{ ...shape, score: 1 }]]]);
const names = new Map([
  [categoryId(1), 'one'],
  [categoryId(2), 'two\u001b'],
]);

describe('the report of eval', () => {
  const categories = [...names].map(([id, name]) => ({ id, name }));
  const report = cocoReport({ categories, images: [image] }, detections, 5);

  it("has a line for each class with COCO's twelve numbers", () => {
    assert.equal(
      classTable(report.pair.mask, names),
      [
        'class    objects     AP   AP50   AP75  APs    APm  APl  AR1  AR10  AR100  ARs  ARm  ARl',
        '-------  -------  -----  -----  -----  ---  -----  ---  ---  ----  -----  ---  ---  ---',
        'one            1  1.000  1.000  1.000    -  1.000    -    1     1      1    -    1    -',
        'two\\x1b        0      -      -      -    -      -    -    -     -      -    -    -    -',
      ].join('\n'),
    );
  });

  it('has intervals where they are asked for', () => {
    assert.match(report.text, /^AR {2}IoU 0\.50:0\.95 {2}all {5}best 100 {2}1\.0000 \[1\.0000, 1\.0000\]/m);
    assert.equal(cocoReport({ categories, images: [image] }, detections).intervals, undefined);
  });

  it('has curves of masks and boxes, as CSV and as JSON', () => {
    assert.equal(curvesText(report.curves(), 'csv').split('\n').length, 1 + 2 * 10 * 101 + 1);
    const { iouThresholds, recallPoints, mask, box } = JSON.parse(curvesText(report.curves(), 'json'));
    assert.deepEqual([iouThresholds.length, recallPoints.length], [10, 101]);
    assert.deepEqual([mask[0].category, mask[0].curves[9].length, box[1].curves.length], [1, 101, 0]);
  });

  it("has LVIS's columns by its rules", () => {
    const lvis = lvisReport(
      {
        categories: [{ id: categoryId(1), frequency: 'rare' }],
        images: [{ ...image, negativeCategories: [], notExhaustiveCategories: [] }],
      },
      detections,
    );
    assert.equal(
      classTable(lvis.pair.box, names).split('\n')[0],
      'class  frequency  objects     AP   AP50   AP75  APs    APm  APl  AR300  ARs  ARm  ARl',
    );
    assert.match(lvis.text, /rare {6}best 300 {2}1\.0000/);
  });
});
