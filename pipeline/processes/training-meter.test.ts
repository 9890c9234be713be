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
  meter.add(stepOf({ step: 5, loss: 4, applied: false }));
  const { step, loss, skippedSteps, objects, droppedOccluded, stepMs } = meter.take();
  assert.deepEqual(
    { step, loss, skippedSteps, objects, droppedOccluded, stepMs },
    {
      ...{ step: 6, loss: 2.5, skippedSteps: 1, objects: 1, droppedOccluded: 1, stepMs: 10 },
    },
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
