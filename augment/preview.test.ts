import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classIndex, type Sample } from '../core/index.ts';
import { sampleToImage } from './preview.ts';

test('each object has an outline in its own colour, and the sample stays as it was', () => {
  const size = { width: 16, height: 16 };
  const instance = (x: number) => ({
    classIndex: classIndex(0),
    box: { x1: x, y1: 0, x2: x + 8, y2: 16 },
    source: { by: 'human' } as const,
    grid: { x1: x / 4, y1: 0, x2: x / 4 + 2, y2: 4 },
    coverage: new Uint8Array(8).fill(255),
  });
  const sample: Sample = { image: { size, data: new Uint8Array(768).fill(9) }, instances: [instance(0), instance(8)], stream: 'labeled' };
  const { data } = sampleToImage(sample, 4);
  const at = (x: number, y: number) => [...data.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3)].join();
  assert.equal(at(3, 5), '9,9,9');
  assert.equal(at(0, 5), at(7, 9));
  assert.equal(at(8, 5), at(12, 15));
  assert.notEqual(at(7, 5), at(8, 5));
  assert.ok(sample.image.data.every((value) => value === 9));
});
