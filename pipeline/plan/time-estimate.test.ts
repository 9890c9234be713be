import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { RunConfigInput } from '../../config/index.ts';
import { configWith } from '../test-data.ts';
import type { LabelingSpeed } from './labeling-trial.ts';
import { plannedRounds } from './planned-rounds.ts';
import { estimateTime, type ModelSpeed, roundMs, type Speeds, validationCount } from './time-estimate.ts';

const labelers = (picturesPerSecond: number): LabelingSpeed => ({
  ...{ picturesPerSecond, startMs: 1000, predictionsPerPicture: 5, processes: 2, processMb: 200, how: '', notes: [] },
});
const model = (labeling: number, measuring = labeling): ModelSpeed => ({ labeling: labelers(labeling), measuring: labelers(measuring) });
const SPEEDS: Speeds = {
  importMs: 700,
  given: model(10),
  student: model(100),
  training: {
    backend: { name: 'native', version: '', threads: 1, why: '' },
    ...{ stepMs: 200, steps: 20, startMs: 3000, checkpoint: { bytes: 0, ms: 500 }, processMb: null },
  },
};
const PICTURES = { labeled: 10, validation: 200, unlabeled: 100 };

function estimate(settings: Omit<RunConfigInput, 'data'>, pictures = PICTURES) {
  const config = { ...configWith(settings), data: { ...configWith({}).data, unlabeled: { images: '/data', list: null } } };
  return estimateTime({ rounds: plannedRounds(config), pictures, config }, SPEEDS);
}

const TRAIN = { steps: 100, checkpointSteps: 30, validateSteps: 0, warmupSteps: 0 };

test('each stage takes what its pictures and steps take, with the start of its processes', () => {
  const { rounds } = estimate({ rounds: 2, train: TRAIN });
  // Three checkpoints at steps 30, 60 and 90; 200 validation pictures at 100 a second, and 1.5 ms each to compare.
  assert.deepEqual(rounds[0], { round: 0, stageMs: { import: 700, train: 3000 + 100 * 200 + 3 * 500, evaluate: 3300, promote: 0 } });
  assert.deepEqual(rounds[1], { round: 1, stageMs: { label: 2000, select: 200, train: 24_500, evaluate: 3300, promote: 0 } });
  assert.deepEqual(rounds[2].stageMs, rounds[1].stageMs);
});

test('a given teacher labels the first round alone, and is evaluated in place of a training', () => {
  const { rounds } = estimate({ rounds: 2, teacher: { model: 'teacher.onnx' }, train: TRAIN });
  assert.deepEqual(rounds[0].stageMs, { import: 700, adopt: 0, evaluate: 1000 + 20_000 + 300, promote: 0 });
  assert.equal(rounds[1].stageMs.label, 1000 + 10_000);
  assert.equal(rounds[2].stageMs.label, 1000 + 1000);
});

test('a student is measured by the schedule, and at the end to be compared', () => {
  const counts = [
    [100, 0],
    [100, 200],
    [100, 100],
    [100, 99],
    [100, 50],
    [101, 50],
  ].map(([steps, validateSteps]) => validationCount({ steps, validateSteps }));
  assert.deepEqual(counts, [0, 0, 0, 2, 2, 3]);
  const plain = estimate({ rounds: 0, train: TRAIN }).rounds[0].stageMs;
  const validated = estimate({ rounds: 0, train: { ...TRAIN, validateSteps: 50 } }).rounds[0].stageMs;
  assert.equal(validated.train, (plain.train as number) + 2 * 3300);
  assert.equal(validated.evaluate, plain.evaluate);
});

test('several looks at a picture label; a single one measures, unless the training did', () => {
  const speeds = { ...SPEEDS, student: model(50, 100) };
  const looks = (validateSteps: number) => {
    const config = configWith({ rounds: 0, teacher: { testTime: { flip: true } }, train: { ...TRAIN, validateSteps } });
    return estimateTime({ rounds: plannedRounds(config), pictures: PICTURES, config }, speeds).rounds[0].stageMs.evaluate;
  };
  assert.equal(looks(0), 3300 + 1000 + 4000);
  assert.equal(looks(50), 1000 + 4000);
});

test('what labelers of a new model need to find their arrangement counts where a run does that', () => {
  const label = (unlabeled: number, teacher: RunConfigInput['teacher']) =>
    estimate({ rounds: 1, train: TRAIN, teacher }, { ...PICTURES, unlabeled }).rounds[1].stageMs.label as number;
  assert.equal(label(300, {}) - label(299, {}), 8010);
  const said = { processes: 1, threads: 1, batch: 1 };
  assert.equal(label(300, said) - label(299, said), 10);
});

test('the whole is the sum of its rounds and a start, within its range, and more work never takes less', () => {
  const whole = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), whole, whole, whole, (rounds, steps, validation, unlabeled) => {
      const pictures = { labeled: 1, validation, unlabeled };
      const { rounds: times, totalMs, range } = estimate({ rounds, train: { steps } }, pictures);
      assert.ok(Math.abs(totalMs - 2000 - times.reduce((sum, { stageMs }) => sum + roundMs(stageMs), 0)) < 1e-3);
      assert.ok(range.fromMs < totalMs && totalMs < range.toMs);
      assert.ok(estimate({ rounds, train: { steps: steps + 1 } }, pictures).totalMs > totalMs);
      assert.ok(estimate({ rounds, train: { steps } }, { ...pictures, unlabeled: unlabeled + 1 }).totalMs >= totalMs);
    }),
  );
});
