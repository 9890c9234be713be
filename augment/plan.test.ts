import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classIndex, donorImage, type LabeledTrainingImage, type TrainingSet } from '../core/index.ts';
import { type PlannerSettings, type SamplePlan, samplePlanner } from './plan.ts';
import { copyPasteRecipe } from './recipe.ts';

const recipe = copyPasteRecipe({ width: 128, height: 128 });

function picture(name: string, instances: number): LabeledTrainingImage {
  const size = { width: 100, height: 80 };
  const instance = { classIndex: classIndex(0), mask: { size, counts: Uint32Array.of(0, 8000) }, source: { by: 'human' } } as const;
  return { path: name, size, instances: Array.from({ length: instances }, () => instance), ignored: [] };
}

const set: TrainingSet = {
  classNames: ['thing'],
  labeled: [picture('a', 3), picture('empty', 0), picture('b', 1), picture('c', 7), picture('d', 2)],
  pseudo: [picture('p', 2), picture('q', 0), picture('r', 40)],
  donated: [],
};
const settings: PlannerSettings = { seed: 11, round: 1, batchSize: 4, recipe, set };

function plansOf(from: PlannerSettings, steps: number): SamplePlan[] {
  const plan = samplePlanner(from);
  return Array.from({ length: steps * from.batchSize }, (_, number) => plan(Math.floor(number / from.batchSize), number % from.batchSize));
}

test('a plan depends on nothing but its seed, round, step and slot', () => {
  const plans = plansOf(settings, 6);
  assert.deepEqual(samplePlanner(settings)(5, 3), plans[23]);
  assert.deepEqual(JSON.parse(JSON.stringify(plans)), plans);
  assert.notDeepEqual(samplePlanner({ ...settings, seed: 12 })(5, 3), plans[23]);
  assert.notDeepEqual(samplePlanner({ ...settings, round: 2 })(5, 3).main, plans[23].main);
});

test('each stream has its own jitter', () => {
  const narrow = (scale: number) => ({ from: scale, to: scale });
  const jitter = { labeled: narrow(0.5), pseudo: narrow(0.75), donor: narrow(1.5) };
  for (const { main, donor } of plansOf({ ...settings, recipe: { ...recipe, jitter } }, 4)) {
    assert.equal(main.placement.scale, jitter[main.stream].from);
    assert.equal(donor?.placement.scale, 1.5);
  }
});

test('half of each batch is labeled and half pseudo-labeled', () => {
  for (const { slot, main } of plansOf(settings, 5)) assert.equal(main.stream, slot % 2 === 0 ? 'labeled' : 'pseudo');
});

test('batches of odd size are halved over two steps', () => {
  const streams = plansOf({ ...settings, batchSize: 3 }, 2).map(({ main }) => main.stream);
  assert.deepEqual(streams, ['labeled', 'pseudo', 'labeled', 'pseudo', 'labeled', 'pseudo']);
});

test('a share of the pictures is pseudo-labeled, evenly spread, and each list is visited in turn', () => {
  const shared = (pseudoShare: number) => plansOf({ ...settings, recipe: { ...recipe, pseudoShare } }, 30).map(({ main }) => main);
  assert.deepEqual(
    shared(0.25).map(({ stream }) => stream === 'pseudo'),
    Array.from({ length: 120 }, (_, at) => at % 4 === 3),
  );
  for (const share of [0, 0.1, 1 / 3, 0.7, 1]) {
    const mains = shared(share);
    for (const [at] of mains.entries()) {
      const pseudo = mains.slice(0, at + 1).filter(({ stream }) => stream === 'pseudo').length;
      assert.ok(Math.abs(pseudo - (at + 1) * share) < 1, `${pseudo} of ${at + 1} at a share of ${share}`);
    }
    for (const [name, length] of [
      ['labeled', 5],
      ['pseudo', 3],
    ] as const) {
      const visits = mains.filter(({ stream }) => stream === name).map(({ index }) => index);
      for (let epoch = 0; (epoch + 1) * length <= visits.length; epoch++)
        assert.equal(new Set(visits.slice(epoch * length, (epoch + 1) * length)).size, length);
    }
  }
});

test('without pseudo-labeled pictures all are labeled', () => {
  const plans = plansOf({ ...settings, set: { ...set, pseudo: [] } }, 5);
  assert.ok(plans.every(({ main }) => main.stream === 'labeled'));
});

test('each epoch visits each picture once, in an order of its own', () => {
  const visits = plansOf(settings, 30).flatMap(({ main }) => (main.stream === 'labeled' ? [main.index] : []));
  const epochs = Array.from({ length: 12 }, (_, epoch) => visits.slice(epoch * 5, epoch * 5 + 5));
  for (const epoch of epochs) assert.deepEqual([...epoch].sort(), [0, 1, 2, 3, 4]);
  assert.ok(new Set(epochs.map(String)).size > 6);
});

test('a donor is labeled, has objects, and gives a non-empty subset of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 5 }), fc.nat(1e6), (seed, limit, step) => {
      const limited = { ...recipe, copyPaste: { ...recipe.copyPaste, maxDonorObjects: limit } };
      const { donor } = samplePlanner({ ...settings, seed, recipe: limited })(step, 1);
      assert.ok(donor);
      const count = set.labeled[donor.index].instances.length;
      assert.ok(donor.instances.length >= 1 && donor.instances.length <= Math.min(limit, count));
      assert.deepEqual(
        donor.instances,
        [...new Set(donor.instances)].sort((a, b) => a - b),
      );
      assert.ok(donor.instances.every((index) => index < count));
    }),
  );
});

test('donors are human-labeled by type', () => {
  const guess = { ...set.labeled[0].instances[0], source: { by: 'teacher', weight: 1 } } as const;
  // @ts-expect-error A picture with a label by a teacher is no donor, so it may not stand in the labeled list.
  const wrong: TrainingSet = { ...set, labeled: [{ ...set.labeled[0], instances: [guess] }] };
  assert.equal(wrong.labeled.length, 1);
});

test('donated objects are pasted as those of labeled pictures, and their pictures are never trained on', () => {
  const donated = [picture('gift', 2), picture('present', 5)];
  const plans = plansOf({ ...settings, set: { ...set, donated } }, 100);
  const files = plans.map(({ donor }) => donor && donorImage({ ...set, donated }, donor.index)?.path);
  assert.deepEqual([...new Set(files)].sort(), ['a', 'b', 'c', 'd', 'gift', 'present']);
  const trained = plans.map(({ main }) => set[main.stream][main.index].path);
  assert.ok(!trained.includes('gift') && !trained.includes('present'));
});

test('every number of objects from one to all is pasted', () => {
  const counts = plansOf(settings, 200).flatMap(({ donor }) => (donor?.index === 3 ? [donor.instances.length] : []));
  assert.deepEqual([...new Set(counts)].sort(), [1, 2, 3, 4, 5, 6, 7]);
});

test('nothing is pasted at probability 0, nor when no labeled picture has an object', () => {
  const never = { ...recipe, copyPaste: { ...recipe.copyPaste, probability: 0 } };
  assert.ok(plansOf({ ...settings, recipe: never }, 5).every(({ donor }) => donor === null));
  const empty = { ...set, labeled: [picture('empty', 0)] };
  assert.ok(plansOf({ ...settings, set: empty }, 5).every(({ donor }) => donor === null));
});

test('whether objects are pasted does not change the picture underneath', () => {
  const never = { ...recipe, copyPaste: { ...recipe.copyPaste, probability: 0 } };
  const mains = (from: PlannerSettings) => plansOf(from, 4).map(({ main }) => main);
  assert.deepEqual(mains({ ...settings, recipe: never }), mains(settings));
});

test('a set without labeled pictures is refused', () => {
  assert.throws(() => samplePlanner({ ...settings, set: { ...set, labeled: [] } }), {
    code: 'DATA_NO_LABELED_PICTURES',
    message: 'Expected at least one labeled picture for the training set, got 0 (number)',
    hint: /^add human-labeled pictures/,
  });
});
