import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { boxIou } from '../../core/index.ts';
import { type Candidate, nonMaxSuppression } from './non-max-suppression.ts';

const candidate = (anchor: number, score: number, x1: number, classIndex = 0): Candidate => ({
  anchor,
  score,
  classIndex,
  box: { x1, y1: 0, x2: x1 + 10, y2: 10 },
});
const anchors = (kept: readonly Candidate[]) => kept.map(({ anchor }) => anchor);

test('the better of two overlapping boxes stays', () => {
  assert.deepEqual(anchors(nonMaxSuppression([candidate(0, 0.5, 0), candidate(1, 0.9, 1)], 0.7, 10)), [1]);
});

test('boxes of different classes do not compete', () => {
  assert.deepEqual(anchors(nonMaxSuppression([candidate(0, 0.5, 0, 0), candidate(1, 0.9, 1, 1)], 0.7, 10)), [1, 0]);
});

test('an overlap of exactly the limit stays', () => {
  // Two 10-pixel boxes 5 apart: 50 of 150 px2.
  const pair = [candidate(0, 0.9, 0), candidate(1, 0.5, 5)];
  assert.deepEqual(anchors(nonMaxSuppression(pair, 1 / 3, 10)), [0, 1]);
  assert.deepEqual(anchors(nonMaxSuppression(pair, 0.33, 10)), [0]);
});

test('a box that was suppressed suppresses nothing', () => {
  const chain = [candidate(0, 0.9, 0), candidate(1, 0.8, 4), candidate(2, 0.7, 8)];
  assert.deepEqual(anchors(nonMaxSuppression(chain, 0.4, 10)), [0, 2]);
});

test('the limit keeps the best, and equal scores go by anchor', () => {
  const far = [candidate(2, 0.5, 200), candidate(1, 0.5, 100), candidate(0, 0.4, 0)];
  assert.deepEqual(anchors(nonMaxSuppression(far, 0.7, 2)), [1, 2]);
});

test('boxes without area do not compete', () => {
  const point = (anchor: number): Candidate => ({ anchor, score: 0.5, classIndex: 0, box: { x1: 3, y1: 3, x2: 3, y2: 3 } });
  assert.deepEqual(anchors(nonMaxSuppression([point(0), point(1)], 0.7, 10)), [0, 1]);
});

const place = fc.integer({ min: 0, max: 40 });
const arbitrary = fc.record({
  score: fc.integer({ min: 0, max: 20 }),
  x: place,
  y: place,
  width: place,
  height: place,
  classIndex: fc.integer({ min: 0, max: 2 }),
});

test('whatever stays does not overlap, whatever goes overlaps something better', () => {
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 30 }), (list) => {
      const all: Candidate[] = list.map(({ score, x, y, width, height, classIndex }, anchor) => ({
        anchor,
        score: score / 20,
        classIndex,
        box: { x1: x, y1: y, x2: x + width, y2: y + height },
      }));
      const kept = nonMaxSuppression(all, 0.5, 100);
      const competes = (a: Candidate, b: Candidate) => a.classIndex === b.classIndex && boxIou(a.box, b.box) > 0.5;
      for (const one of all) {
        const beaten = kept.some((other) => other !== one && competes(other, one) && other.score >= one.score);
        assert.equal(kept.includes(one), !beaten);
      }
    }),
  );
});
