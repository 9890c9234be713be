import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areaOf, boxArea, classIndex, clipBox, type HumanSource, rle, type Size } from '../core/index.ts';
import { applyCopyPaste, copyPaste, type LabeledPicture } from './copy-paste.ts';
import type { AugmentedPicture, DroppedInstance } from './index.ts';
import { type AugmentRecipe, copyPasteRecipe } from './recipe.ts';
import { canvas, discMask, upright } from './test-scene.ts';

const size: Size = { width: 120, height: 80 };
const masks = [
  { x: 20, y: 20, radius: 14 },
  { x: 80, y: 40, radius: 30 },
  { x: 60, y: 12, radius: 2 },
].map((disc) => rle.encode(discMask(size, disc)));

/** Each object has a class of its own, by which it is known again. */
function picture(firstClass: number): LabeledPicture<HumanSource> {
  const instances = masks.map((mask, at) => ({ classIndex: classIndex(firstClass + at), mask, source: { by: 'human' } as const }));
  return { image: { size, data: new Uint8Array(areaOf(size) * 3).fill(90) }, instances };
}

const main = picture(0);
const donor = picture(3);
const seeds = fc.integer({ min: 0, max: 0xffffffff });
const tally = (all: readonly DroppedInstance[], reason: string): number => all.filter((one) => one.reason === reason).length;

test('property: each chosen object is learned or dropped, once, and the counts are those of the list', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(seeds, fc.constantFrom('default', 'paper'), fc.option(fc.integer({ min: 1, max: 4 })), (seed, preset, maxInstances) => {
      const drawn = copyPaste(main, donor, { ...copyPasteRecipe(canvas, preset), maxInstances }, seed);
      const chosen = [0, 1, 2, ...(drawn.plan.donor?.instances ?? []).map((at) => 3 + at)];
      const classes = [...drawn.instances, ...drawn.droppedInstances].map((one) => one.classIndex as number);
      assert.deepEqual(classes.toSorted(), chosen);
      for (const [reason, count] of Object.entries(drawn.dropped)) assert.equal(tally(drawn.droppedInstances, reason), count);
      for (const { pasted, classIndex: index, reason } of drawn.droppedInstances) {
        assert.equal(pasted, index >= 3);
        met.add(reason);
      }
    }),
    { numRuns: 300 },
  );
  assert.deepEqual([...met].toSorted(), ['occluded', 'outside', 'over-limit', 'too-small']);
});

test('property: what is dropped lies where it would without its donor, its limit and its least size', () => {
  const generous: AugmentRecipe = { ...copyPasteRecipe(canvas), minVisiblePx: 1 };
  fc.assert(
    fc.property(seeds, (seed) => {
      const rules = { ...copyPasteRecipe(canvas), minVisiblePx: 12, occlusion: { kind: 'relative', minVisibleFraction: 0.5 } } as const;
      const { plan, droppedInstances } = copyPaste(main, donor, rules, seed);
      const alone = applyCopyPaste({ ...plan, donor: null }, main, null, generous);
      for (const dropped of droppedInstances) if (!dropped.pasted) assertLiesAs(dropped, alone);
    }),
    { numRuns: 200 },
  );
});

function assertLiesAs(dropped: DroppedInstance, { instances }: AugmentedPicture): void {
  const whole = instances.find((one) => one.classIndex === dropped.classIndex);
  assert.equal(rle.area(dropped.mask) > 0, whole !== undefined, dropped.reason);
  if (whole) assert.deepEqual(dropped.mask, whole.mask);
  if (dropped.reason === 'occluded') assert.deepEqual(dropped.box, whole?.box);
  if (dropped.reason === 'outside') assert.ok(boxArea(dropped.box) > 0 && boxArea(clipBox(dropped.box, canvas)) === 0);
}

test('an object beyond the canvas is where it would go on', () => {
  const right = { ...upright, scaled: { width: 120, height: 80 }, x: -40, y: 0 };
  const { droppedInstances } = applyCopyPaste({ main: right, donor: null }, main, null, copyPasteRecipe(canvas));
  assert.deepEqual(
    droppedInstances.map(({ reason, box }) => [reason, box]),
    [['outside', { x1: -34, y1: 6, x2: -6, y2: 34 }]],
  );
});
