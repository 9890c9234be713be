import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StepReport } from '../../student/index.ts';
import { type MeteredStep, TrainingMeter } from './training-meter.ts';

const DROPPED = { outside: 0, 'too-small': 0, occluded: 0, 'over-limit': 0 };

function stepOf(report: Partial<StepReport>, batch: Partial<MeteredStep['batch']> = {}): MeteredStep {
  const losses = { loss: 1, supLoss: null, unsupLoss: null, classLoss: 1, boxLoss: 1, dflLoss: 1, maskLoss: 1 };
  return {
    report: { step: 0, ...losses, gradientNorm: 1, learningRate: 0.1, applied: true, ...report },
    batch: { pictures: 2, objects: 3, dropped: DROPPED, ...batch },
    waitMs: 1,
    stepMs: 10,
  };
}

it('tells means, counts and the steps done', () => {
  const meter = new TrainingMeter();
  meter.add(stepOf({ step: 4, loss: 1 }, { objects: 1, dropped: { ...DROPPED, occluded: 4 } }));
  meter.add(stepOf({ step: 5, loss: 4 }));
  const { step, loss, skippedSteps, objects, droppedOccluded, stepMs } = meter.take();
  assert.deepEqual(
    { step, loss, skippedSteps, objects, droppedOccluded, stepMs },
    {
      ...{ step: 6, loss: 2.5, skippedSteps: 0, objects: 1, droppedOccluded: 1, stepMs: 10 },
    },
  );
});

/** What a step reports whose loss was not finite. */
const LEFT_OUT = { loss: Number.NaN, supLoss: Number.NaN, maskLoss: Number.NaN, gradientNorm: Number.NaN, applied: false };

it('counts a step that was left out, and leaves it out of what was learned', () => {
  const meter = new TrainingMeter();
  meter.add(stepOf({ step: 1, loss: 2, supLoss: 3, gradientNorm: 4 }));
  meter.add({ ...stepOf({ step: 2, ...LEFT_OUT }), stepMs: 20 });
  const { step, loss, supLoss, maskLoss, gradientNorm, skippedSteps, stepMs } = meter.take();
  assert.deepEqual([loss, supLoss, maskLoss, gradientNorm], [2, 3, 1, 4]);
  assert.deepEqual([step, skippedSteps, stepMs], [3, 1, 15]);
});

it('has nothing to say of what was learned where every step was left out', () => {
  const meter = new TrainingMeter();
  meter.add(stepOf({ step: 7, ...LEFT_OUT }));
  const { step, loss, supLoss, gradientNorm, skippedSteps } = meter.take();
  assert.deepEqual(
    { step, loss, supLoss, gradientNorm, skippedSteps },
    { step: 8, loss: null, supLoss: null, gradientNorm: null, skippedSteps: 1 },
  );
});

it('leaves parts that a step lacks out of their mean', () => {
  const meter = new TrainingMeter();
  meter.add(stepOf({ supLoss: 3 }));
  meter.add(stepOf({ supLoss: 5 }));
  meter.add(stepOf({ supLoss: null }));
  const { supLoss, unsupLoss } = meter.take();
  assert.deepEqual([supLoss, unsupLoss], [4, null]);
});

it('begins anew after each report', () => {
  const meter = new TrainingMeter();
  meter.add(stepOf({ loss: 8 }));
  meter.take();
  meter.add(stepOf({ loss: 2 }));
  assert.equal(meter.take().loss, 2);
});
