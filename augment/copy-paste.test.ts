import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areaOf, boxArea, classIndex, type HumanSource, rle, type Size } from '../core/index.ts';
import { applyCopyPaste, copyPaste, type LabeledPicture, largeScaleJitter } from './copy-paste.ts';
import { copyPasteRecipe, StandardScaleJitter } from './recipe.ts';
import { bright, type Disc, dark, discMask } from './test-scene.ts';

const canvas: Size = { width: 96, height: 64 };
const recipe = copyPasteRecipe(canvas);

function picture(size: Size, discs: readonly Disc[], brightness = bright): LabeledPicture<HumanSource> {
  const data = new Uint8Array(areaOf(size) * 3).fill(dark);
  const masks = discs.map((disc) => discMask(size, disc));
  for (const mask of masks) for (const [at, value] of mask.data.entries()) if (value === 1) data.fill(brightness, at * 3, at * 3 + 3);
  const source = { by: 'human' } as const;
  return { image: { size, data }, instances: masks.map((mask) => ({ classIndex: classIndex(0), mask: rle.encode(mask), source })) };
}

const beneath = picture({ width: 120, height: 80 }, [
  { x: 40, y: 40, radius: 20 },
  { x: 90, y: 30, radius: 15 },
]);
const donor = picture(
  { width: 70, height: 100 },
  [
    { x: 35, y: 30, radius: 18 },
    { x: 30, y: 75, radius: 12 },
  ],
  180,
);

test('a seed decides everything, its plan is small JSON, and drawing the plan again gives the same bytes', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { plan, ...drawn } = copyPaste(beneath, donor, recipe, seed);
    const text = JSON.stringify(plan);
    assert.ok(text.length < 400, text);
    assert.deepEqual(applyCopyPaste(JSON.parse(text), beneath, donor, recipe), drawn);
    assert.deepEqual(copyPaste(beneath, donor, recipe, seed), { plan, ...drawn });
  }
});

test('property: masks lie on the canvas, do not overlap where one is pasted over the other, and fill their boxes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom<'default' | 'paper'>('default', 'paper'), (seed, preset) => {
      const { image, instances } = copyPaste(beneath, donor, copyPasteRecipe(canvas, preset), seed);
      assert.deepEqual(image.size, canvas);
      const pasted = instances.filter((instance) => instance.pasted).map(({ mask }) => mask);
      for (const { mask, box, pasted: over } of instances) {
        assert.ok(rle.area(mask) >= 1 && boxArea(box) >= 1);
        if (preset === 'default') assert.deepEqual(box, rle.toBox(mask));
        if (!over && pasted.length > 0) assert.equal(rle.area(rle.merge([mask, rle.merge(pasted, 'union')], 'intersection')), 0);
      }
    }),
  );
});

test('every object of the picture and every chosen one of the donor is drawn or counted as dropped', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { instances, dropped, plan } = copyPaste(beneath, donor, recipe, seed);
    const left = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(instances.length + left, beneath.instances.length + (plan.donor?.instances.length ?? 0));
  }
});

test('jitter alone pastes nothing and follows its range', () => {
  const narrow = { ...recipe, jitter: { ...recipe.jitter, labeled: StandardScaleJitter } };
  for (let seed = 0; seed < 30; seed++) {
    const { instances, plan } = largeScaleJitter(beneath, narrow, seed);
    assert.ok(instances.every(({ pasted }) => !pasted));
    assert.equal(plan.donor, null);
    assert.ok(plan.main.scale >= 0.8 && plan.main.scale < 1.25);
  }
});

test('a donor without objects, pictures of one pixel, and objects scaled away', () => {
  const empty = picture({ width: 9, height: 9 }, []);
  const pixel = picture({ width: 1, height: 1 }, [{ x: 0.5, y: 0.5, radius: 1 }]);
  const far = { ...recipe, jitter: { labeled: { from: 0.02, to: 0.02 }, pseudo: StandardScaleJitter, donor: { from: 0.02, to: 0.02 } } };
  for (let seed = 0; seed < 10; seed++) {
    assert.equal(copyPaste(beneath, empty, recipe, seed).plan.donor, null);
    assert.equal(copyPaste(empty, pixel, recipe, seed).instances.length <= 1, true);
    assert.equal(copyPaste(pixel, pixel, copyPasteRecipe({ width: 1, height: 1 }, 'paper'), seed).image.data.length, 3);
    const { instances, dropped } = copyPaste(beneath, donor, far, seed);
    assert.deepEqual([instances.length, dropped['too-small'] >= 3], [0, true]);
  }
});

test('the paper keeps at most 100 objects, pasted ones going first', () => {
  const crowd = picture(
    { width: 96, height: 64 },
    Array.from({ length: 99 }, (_, at) => ({ x: 4 + (at % 11) * 8, y: 3.5 + Math.floor(at / 11) * 7, radius: 2.2 })),
  );
  const still = { labeled: { from: 1, to: 1 }, pseudo: { from: 1, to: 1 }, donor: { from: 1, to: 1 } };
  const paper = { ...copyPasteRecipe({ width: 96, height: 64 }, 'paper'), jitter: still, flip: 0 };
  const { instances, dropped } = copyPaste(crowd, crowd, { ...paper, occlusion: { kind: 'relative', minVisibleFraction: 0 } }, 1);
  const unlimited = copyPaste(crowd, crowd, { ...paper, maxInstances: null, occlusion: { kind: 'relative', minVisibleFraction: 0 } }, 1);
  assert.equal(instances.length, Math.min(100, unlimited.instances.length));
  assert.equal(dropped['over-limit'], Math.max(0, unlimited.instances.length - 100));
  const tight = copyPaste(crowd, donor, { ...paper, maxInstances: 5 }, 1);
  assert.deepEqual([tight.instances.length, tight.instances.some(({ pasted }) => pasted)], [5, false]);
});

test('labels that are not of their image are refused', () => {
  const wrong = { ...beneath, image: donor.image };
  assert.throws(() => copyPaste(wrong, donor, recipe, 0), {
    code: 'DATA_SIZE_MISMATCH',
    message: 'Expected masks of the size of their image, 70x100, got "120x80" (string)',
  });
});

test('a plan that was made for other pictures is refused', () => {
  const { plan } = copyPaste(beneath, donor, recipe, 1);
  const few = { ...donor, instances: [] };
  assert.throws(() => applyCopyPaste(plan, beneath, few, recipe), {
    code: 'DATA_BAD_PLAN',
    message: /^Expected a plan for these pictures, but it asks for object \d of the donor, which is not there$/,
  });
});

test('what means nothing is refused before anything is drawn', () => {
  const image = { size: { width: 2, height: 2 }, data: new Uint8Array(16) };
  const refused: readonly (readonly [message: RegExp, draw: () => unknown])[] = [
    [
      /^Expected whole sides of 1 or more and width x height x 3 bytes for image, got "2x2 and 16 bytes"/,
      () => copyPaste({ image, instances: [] }, donor, recipe, 0),
    ],
    [/for seed, got -1/, () => copyPaste(beneath, donor, recipe, -1)],
    [/for seed, got 1.5/, () => largeScaleJitter(beneath, recipe, 1.5)],
    [/for blendSigma, got -1/, () => copyPaste(beneath, donor, { ...recipe, blendSigma: -1 }, 0)],
    [/for canvas/, () => copyPaste(beneath, donor, { ...recipe, canvas: { width: 0, height: 3 } }, 0)],
    [/for maxInstances, got -1/, () => copyPaste(beneath, donor, { ...recipe, maxInstances: -1 }, 0)],
    [
      /for maxDonorObjects, got 0/,
      () => copyPaste(beneath, donor, { ...recipe, copyPaste: { ...recipe.copyPaste, maxDonorObjects: 0 } }, 0),
    ],
    [/for jitter/, () => copyPaste(beneath, donor, { ...recipe, jitter: { ...recipe.jitter, donor: { from: 2, to: 1 } } }, 0)],
    [/for flip and probability/, () => copyPaste(beneath, donor, { ...recipe, flip: 2 }, 0)],
    [/for minVisiblePx/, () => copyPaste(beneath, donor, { ...recipe, minVisiblePx: Number.NaN }, 0)],
  ];
  for (const [message, draw] of refused) assert.throws(draw, { code: 'BAD_VALUE', message });
});

test('donors are human-labeled, by type', () => {
  const guess = { ...donor.instances[0], source: { by: 'teacher', weight: 1 } } as const;
  // @ts-expect-error A teacher's labels are not pasted.
  copyPaste(beneath, { ...donor, instances: [guess] }, recipe, 0);
  const { plan } = copyPaste(beneath, { ...donor, instances: donor.instances.slice(0, 1) }, recipe, 0);
  // @ts-expect-error Nor is a plan drawn again with them.
  applyCopyPaste(plan, beneath, { ...donor, instances: [guess] }, recipe);
});
