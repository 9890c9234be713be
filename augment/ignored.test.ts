import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { areaOf, classIndex, type HumanSource, type LabeledTrainingImage, type Rle, rle, type Size } from '../core/index.ts';
import { applyCopyPaste, copyPaste, type LabeledPicture } from './copy-paste.ts';
import { samplePlanner } from './plan.ts';
import { copyPasteRecipe } from './recipe.ts';
import { renderSample } from './render.ts';
import { canvas, discImage, discInstance, discMask, planOf, recipe, setOf, temporaryFolder, upright } from './test-scene.ts';

const folder = temporaryFolder();
const size: Size = { width: 120, height: 80 };
const left = rle.encode(discMask(size, { x: 35, y: 40, radius: 20 }));
const right = rle.encode(discMask(size, { x: 85, y: 30, radius: 24 }));
const picture = await discImage(join(folder, 'picture.png'), size, [{ x: 35, y: 40, radius: 20 }]);
const withIgnored: LabeledTrainingImage = { ...picture, ignored: [right] };

function plain(instances: readonly Rle[], ignored?: readonly Rle[]): LabeledPicture<HumanSource> {
  const objects = instances.map((mask) => ({ classIndex: classIndex(0), mask, source: { by: 'human' } as const }));
  return { image: { size, data: new Uint8Array(areaOf(size) * 3).fill(90) }, instances: objects, ...(ignored ? { ignored } : {}) };
}

const donor = plain([left, right]);
const seeds = fc.integer({ min: 0, max: 0xffffffff });

test('property: an ignored region lies where an object of the same mask would', async () => {
  const asObject = setOf([{ ...picture, instances: [discInstance(size, { x: 85, y: 30, radius: 24 })] }]);
  const asIgnored = setOf([{ ...picture, instances: [], ignored: [right] }]);
  const eager = { ...recipe, minVisiblePx: 1, copyPaste: { ...recipe.copyPaste, probability: 0 } };
  const plan = samplePlanner({ seed: 5, round: 0, batchSize: 1, recipe: eager, set: asObject });
  for (let step = 0; step < 60; step++) {
    const [{ sample: object }, { sample: region }] = await Promise.all(
      [asObject, asIgnored].map((set) => renderSample(plan(step, 0), set, eager)),
    );
    assert.deepEqual(
      region.ignored,
      object.instances.map(({ box, grid, coverage }) => ({ box, grid, coverage })),
    );
    assert.deepEqual(region.instances, []);
    assert.deepEqual(region.image, object.image);
  }
});

test('property: what is pasted hides ignored regions, and nothing else changes them', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom<'default' | 'paper'>('default', 'paper'), (seed, preset) => {
      const rules = copyPasteRecipe(canvas, preset);
      const beneath = plain([left], [right]);
      const { plan, instances, ignored } = copyPaste(beneath, donor, rules, seed);
      const alone = applyCopyPaste({ ...plan, donor: null }, beneath, null, rules).ignored;
      const over = instances.flatMap(({ pasted, mask }) => (pasted ? [mask] : []));
      const visible = alone.map((mask) => (over.length > 0 ? rle.subtract(mask, rle.union(over)) : mask));
      assert.deepEqual(
        ignored,
        visible.filter((mask) => rle.area(mask) > 0),
      );
    }),
    { numRuns: 100 },
  );
});

test('property: ignored regions change no pixel, object or count, whichever picture has them', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const limited = { ...recipe, maxInstances: 2 };
      const without = copyPaste(plain([left]), donor, limited, seed);
      const { ignored, ...drawn } = copyPaste(plain([left], [right, left]), { ...donor, ignored: [left] }, limited, seed);
      assert.deepEqual({ ...drawn, ignored: [] }, without);
      assert.ok(ignored.length <= 2);
    }),
    { numRuns: 60 },
  );
});

test('plans and donors do not depend on ignored regions', () => {
  const [plain, ignoring] = [picture, withIgnored].map((image) =>
    samplePlanner({ seed: 1, round: 0, batchSize: 4, recipe, set: setOf([image]) }),
  );
  for (let step = 0; step < 20; step++) assert.deepEqual(ignoring(step, 1), plain(step, 1));
  const onlyIgnored = samplePlanner({ seed: 1, round: 0, batchSize: 1, recipe, set: setOf([{ ...withIgnored, instances: [] }]) });
  assert.equal(onlyIgnored(0, 0).donor, null);
});

test('an ignored region outside of the canvas, or empty, is left out and is no dropped object', async () => {
  const empty = rle.fromPolygons(size, []);
  const set = setOf([{ ...withIgnored, ignored: [empty, right] }]);
  const away = { ...upright, scaled: { width: 240, height: 160 }, x: 0, y: 0 };
  const { sample, dropped } = await renderSample(planOf(away), set, { ...recipe, canvas: { width: 100, height: 64 } });
  assert.deepEqual([sample.instances.length, sample.ignored.length], [1, 0]);
  assert.deepEqual(dropped, { outside: 0, 'too-small': 0, occluded: 0, 'over-limit': 0 });
});

test('all coverage of a sample is one buffer', async () => {
  for (const [instances, ignored] of [
    [picture.instances, [right]],
    [picture.instances, []],
    [[], [right, left]],
  ] as const) {
    const { sample } = await renderSample(planOf(upright), setOf([{ ...picture, instances, ignored }]), recipe);
    const regions = [...sample.instances, ...sample.ignored];
    assert.equal(regions.length, instances.length + ignored.length);
    assert.equal(new Set(regions.map(({ coverage }) => coverage.buffer)).size, 1);
  }
});

test('an ignored region of another size than its image is refused', () => {
  const wrong = rle.fromBox(canvas, { x1: 0, y1: 0, x2: 4, y2: 4 });
  assert.throws(() => copyPaste(plain([left], [wrong]), donor, recipe, 0), {
    code: 'DATA_SIZE_MISMATCH',
    message: 'Expected masks of the size of their image, 120x80, got "64x64" (string)',
  });
});
