import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LabeledTrainingImage, rle } from '../core/index.ts';
import type { Placement } from './placement.ts';
import type { DonorPlan } from './plan.ts';
import type { AugmentRecipe } from './recipe.ts';
import { renderSample } from './render.ts';
import { canvas, dark, discImage, pixelAt, planOf, recipe, setOf, temporaryFolder, upright } from './test-scene.ts';

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder, name);

async function scene(): Promise<{ main: LabeledTrainingImage; donor: LabeledTrainingImage }> {
  const main = await discImage(inFolder('scene-main.png'), canvas, [
    { x: 20, y: 20, radius: 12 },
    { x: 50, y: 50, radius: 6 },
    { x: 50, y: 12, radius: 5 },
  ]);
  const donor = await discImage(
    inFolder('scene-donor.png'),
    canvas,
    [
      { x: 28, y: 20, radius: 12 },
      { x: 50, y: 50, radius: 8 },
      { x: 10, y: 56, radius: 3 },
    ],
    180,
  );
  return { main, donor };
}

const least = (minVisibleFraction: number): AugmentRecipe => ({ ...recipe, occlusion: { kind: 'relative', minVisibleFraction } });
const donorPlan = (instances: readonly number[], placement = upright): DonorPlan => ({ index: 1, placement, instances });

test('pasting changes exactly the pixels of the pasted masks', async () => {
  const { main, donor } = await scene();
  const set = setOf([main, donor]);
  const { sample: before } = await renderSample(planOf(upright), set, recipe);
  const { sample } = await renderSample(planOf(upright, donorPlan([0, 2])), set, recipe);
  const pasted = rle.decode(donor.instances[0].mask).data.map((value, at) => value | rle.decode(donor.instances[2].mask).data[at]);
  for (const [at, value] of pasted.entries()) assert.equal(sample.image.data[at * 3], value === 1 ? 180 : before.image.data[at * 3]);
});

test('objects beneath lose what is pasted over them, and go when too little remains', async () => {
  const { main, donor } = await scene();
  const { sample, dropped } = await renderSample(planOf(upright, donorPlan([0, 1])), setOf([main, donor]), recipe);
  assert.deepEqual(dropped, { outside: 0, 'too-small': 0, occluded: 1, 'over-limit': 0 });
  assert.deepEqual(
    sample.instances.map(({ box }) => box),
    [
      // Cut at the right, where both discs are equally high.
      { x1: 8, y1: 8, x2: 23, y2: 32 },
      { x1: 45, y1: 7, x2: 55, y2: 17 },
      { x1: 16, y1: 8, x2: 40, y2: 32 },
      { x1: 42, y1: 42, x2: 58, y2: 58 },
    ],
  );
  const left = sample.instances[0];
  const covered = left.coverage.reduce((sum, share) => sum + (share * 16) / 255, 0);
  const both = rle
    .decode(main.instances[0].mask)
    .data.reduce((sum, value, at) => sum + (value & (rle.decode(donor.instances[0].mask).data[at] ^ 1)), 0);
  assert.ok(Math.abs(covered - both) < 1, `${covered} of ${both} px`);
});

test('an object stays exactly while its visible fraction reaches the limit', async () => {
  const { main, donor } = await scene();
  const set = setOf([main, donor]);
  const whole = rle.area(main.instances[0].mask);
  const hidden = rle
    .decode(main.instances[0].mask)
    .data.reduce((sum, value, at) => sum + (value & rle.decode(donor.instances[0].mask).data[at]), 0);
  const fraction = (whole - hidden) / whole;
  const kept = await renderSample(planOf(upright, donorPlan([0])), set, least(fraction));
  assert.equal(kept.dropped.occluded, 0);
  const gone = await renderSample(planOf(upright, donorPlan([0])), set, least(fraction + 0.01));
  assert.equal(gone.dropped.occluded, 1);
});

test('everything beneath can vanish under one pasted object', async () => {
  const { main } = await scene();
  const wall = await discImage(inFolder('wall.png'), canvas, [{ x: 32, y: 32, radius: 64 }], 180);
  const { sample, dropped } = await renderSample(planOf(upright, donorPlan([0])), setOf([main, wall]), recipe);
  assert.equal(dropped.occluded, 3);
  assert.deepEqual(
    sample.instances.map(({ box }) => box),
    [{ x1: 0, y1: 0, x2: 64, y2: 64 }],
  );
});

test('objects off the canvas and objects of too few pixels are dropped with their reason, and are not pasted', async () => {
  const { main, donor } = await scene();
  const set = setOf([main, donor]);
  const right: Placement = { ...upright, x: 40 };
  const { sample, dropped } = await renderSample(planOf(right), set, recipe);
  assert.deepEqual(dropped, { outside: 2, 'too-small': 0, occluded: 0, 'over-limit': 0 });
  assert.equal(sample.instances.length, 1);
  const tiny: Placement = { ...upright, scaled: { width: 4, height: 4 } };
  const vanished = await renderSample(planOf(upright, donorPlan([0, 1, 2], tiny)), set, recipe);
  assert.deepEqual(vanished.dropped, { outside: 0, 'too-small': 3, occluded: 0, 'over-limit': 0 });
  const { sample: alone } = await renderSample(planOf(upright), set, recipe);
  assert.deepEqual(vanished.sample, alone);
});

test('soft edges mix both pictures around the mask and leave its core and the mask itself alone', async () => {
  const { main, donor } = await scene();
  const set = setOf([main, donor]);
  const hard = (await renderSample(planOf(upright, donorPlan([1])), set, recipe)).sample;
  const soft = (await renderSample(planOf(upright, donorPlan([1])), set, { ...recipe, blendSigma: 1.5 })).sample;
  assert.deepEqual(soft.instances, hard.instances);
  assert.deepEqual(pixelAt(soft, 50, 50), pixelAt(hard, 50, 50));
  assert.deepEqual(pixelAt(soft, 10, 10), pixelAt(hard, 10, 10));
  const edge = pixelAt(soft, 42, 50)[0];
  assert.ok(edge > dark && edge < 180, `edge ${edge}`);
});

test('the same plan gives the same bytes', async () => {
  const { main, donor } = await scene();
  const set = setOf([main, donor]);
  const plan = planOf(
    { ...upright, scaled: { width: 80, height: 80 }, x: -5, y: -7, flip: true },
    donorPlan([0, 1], { ...upright, scaled: { width: 90, height: 90 }, x: -20, y: -9 }),
  );
  assert.deepEqual(await renderSample(plan, set, recipe), await renderSample(plan, set, recipe));
});
