import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryId, rle } from '../core/index.ts';
import { evaluate, reportText } from './index.ts';

test('the report has twelve lines of mask and box, and a dash where there is nothing to find', () => {
  const box = { x1: 0, y1: 0, x2: 40, y2: 40 };
  const mask = rle.fromBox({ width: 100, height: 100 }, box);
  const shape = { category: categoryId(1), box, mask };
  const images = [{ truths: [{ ...shape, crowd: false, areaPx2: 1600 }], detections: [{ ...shape, mask: lowerHalfCut(mask), score: 1 }] }];
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

function lowerHalfCut(mask: ReturnType<typeof rle.fromBox>): typeof mask {
  return rle.subtract(mask, rle.fromBox(mask.size, { x1: 0, y1: 20, x2: 100, y2: 100 }));
}
