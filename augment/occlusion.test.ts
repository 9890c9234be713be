import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../core/index.ts';
import { boxArea } from '../core/index.ts';
import type { CanvasMask } from './canvas-mask.ts';
import { occlude } from './occlusion.ts';
import { type AugmentRecipe, copyPasteRecipe, type OcclusionRule } from './recipe.ts';
import { canvasMask } from './test-scene.ts';

const canvas = { width: 200, height: 200 };
const paper = copyPasteRecipe(canvas, 'paper');
const block = (x1: number, y1: number, width: number, height: number): CanvasMask => {
  const box: Box = { x1, y1, x2: x1 + width, y2: y1 + height };
  return canvasMask(box, new Uint8Array(boxArea(box)).fill(1));
};
const withRule = (changes: Partial<Extract<OcclusionRule, { kind: 'paper' }>>): AugmentRecipe => ({
  ...paper,
  occlusion: { ...(paper.occlusion as Extract<OcclusionRule, { kind: 'paper' }>), ...changes },
});
const boxes = (objects: readonly CanvasMask[], cover: CanvasMask, recipe: AugmentRecipe, factor = 1) =>
  occlude(objects, cover, recipe, factor).map((left) => (left.kind === 'kept' ? left.box : null));
const occlusions = (objects: readonly CanvasMask[], cover: CanvasMask, recipe: AugmentRecipe, factor = 1) =>
  occlude(objects, cover, recipe, factor).map((left) => (left.kind === 'kept' ? null : left.occlusion));

test('default: the share that stays visible decides, and the box is tight', () => {
  const recipe = copyPasteRecipe(canvas);
  const large = block(0, 0, 100, 100);
  assert.deepEqual(boxes([large], block(0, 0, 100, 89), recipe), [{ x1: 0, y1: 89, x2: 100, y2: 100 }]);
  assert.deepEqual(boxes([large], block(0, 0, 100, 91), recipe), [null]);
  // 110 px of 110: small, but untouched.
  assert.deepEqual(boxes([block(0, 0, 11, 10)], block(50, 50, 9, 9), recipe), [{ x1: 0, y1: 0, x2: 11, y2: 10 }]);
});

test('paper: an occluded object goes when at most 300 px of it remain, an untouched one stays', () => {
  const object = block(0, 0, 20, 40);
  assert.deepEqual(boxes([object], block(0, 0, 20, 25), paper), [null]);
  assert.equal(boxes([block(0, 0, 20, 40)], block(0, 0, 20, 24), paper)[0] === null, false);
  assert.deepEqual(boxes([block(0, 0, 5, 5)], block(50, 50, 9, 9), paper), [{ x1: 0, y1: 0, x2: 5, y2: 5 }]);
});

test('paper: the 300 px are those of the picture, not of the canvas', () => {
  const object = block(0, 0, 20, 40);
  const cover = block(0, 0, 20, 10);
  assert.equal(boxes([object], cover, paper, 0.4)[0] === null, true);
  assert.equal(boxes([object], cover, paper, 1)[0] === null, false);
});

test('paper: a side moves only when it moved by more than 10 px', () => {
  const object = block(0, 0, 100, 100);
  assert.deepEqual(boxes([object], block(0, 0, 100, 10), paper), [{ x1: 0, y1: 0, x2: 100, y2: 100 }]);
  assert.deepEqual(boxes([object], block(0, 0, 100, 11), paper), [{ x1: 0, y1: 11, x2: 100, y2: 100 }]);
});

test('paper, on request: one clearly occluded object makes every small one of its picture go', () => {
  const objects = [block(0, 0, 100, 100), block(150, 150, 10, 10)];
  const cover = block(0, 0, 100, 50);
  assert.deepEqual(boxes(objects, cover, paper)[1], { x1: 150, y1: 150, x2: 160, y2: 160 });
  assert.deepEqual(boxes(objects, cover, withRule({ wholePicture: true }))[1], null);
  const grazed = block(0, 0, 100, 5);
  assert.deepEqual(boxes(objects, grazed, withRule({ wholePicture: true }))[1], { x1: 150, y1: 150, x2: 160, y2: 160 });
});

test('an object of which nothing remains goes under any rule', () => {
  for (const recipe of [copyPasteRecipe(canvas), paper, withRule({ remainingPx: 0 }), withRule({ wholePicture: true })]) {
    assert.deepEqual(boxes([block(5, 5, 30, 30)], block(0, 0, 50, 50), recipe), [null]);
  }
});

test('what is dropped says by which part of the rule, and how much of it is left in pixels of both pictures', () => {
  const relative = copyPasteRecipe(canvas);
  const occluded = (cause: string, visiblePx2: number, picturePx2 = visiblePx2) => [{ cause, visiblePx2, picturePx2 }];
  assert.deepEqual(occlusions([block(0, 0, 10, 10)], block(0, 0, 10, 10), relative), occluded('min-px', 0));
  // 3 px are fewer than the least 4, though they are 30 % of the object.
  assert.deepEqual(occlusions([block(0, 0, 10, 1)], block(0, 0, 7, 1), relative), occluded('min-px', 3));
  assert.deepEqual(occlusions([block(0, 0, 100, 100)], block(0, 0, 100, 91), relative), occluded('share', 900));
  assert.deepEqual(occlusions([block(0, 0, 20, 40)], block(0, 0, 20, 35), paper, 2.5), occluded('picture-px', 100, 250));
  const objects = [block(0, 0, 100, 100), block(150, 150, 10, 10)];
  const untouched = occlusions(objects, block(0, 0, 100, 50), withRule({ wholePicture: true }));
  assert.deepEqual(untouched, [null, ...occluded('whole-picture', 100)]);
});
