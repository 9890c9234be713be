import { takeOverMeasuring } from '../inheritance/inherited-measuring.ts';
import type { StudentInput } from '../machine/machine.ts';
import { calibrateModel } from '../measuring/calibrate-model.ts';
import { measureModel } from '../measuring/measure-model.ts';
import { type LabelingModel, labelingModel } from '../measuring/model-detections.ts';
import type { ValidationPicture } from '../measuring/validation-pictures.ts';
import { bestPoint } from '../training/validations.ts';
import type { StageContext, StageResult } from './stage.ts';

/**
 * Measures the round's model on the validation set, unless that was done while it was trained, and records what its predictions are worth
 * there, by which the next round's labels are chosen.
 */
export async function evaluateStudent(context: StageContext, { round, student }: StudentInput): Promise<StageResult<number | null>> {
  const { config, db } = context;
  const { metric } = config.promote;
  const model = await labelingModel(context, student);
  await takeOverMeasuring(context, model);
  const { step, seen } = await measured(context, round, model);
  await calibrateModel(context, model, { round, stage: 'evaluate' }, seen);
  const metrics = db.metrics.at(round, step);
  const { maskAp = null, maskAp50 = null, boxAp = null } = metrics;
  return { output: metrics[metric] ?? null, facts: { maskAp, maskAp50, boxAp, step } };
}

/** The step at which a model has its numbers, and what it saw when it got them. */
interface Measured {
  readonly step: number;
  /** Null where that was before this stage. */
  readonly seen: readonly ValidationPicture[] | null;
}

/** What training chose is the best of all that it measured. */
async function measured(context: StageContext, round: number, model: LabelingModel): Promise<Measured> {
  const { config, db } = context;
  const best = bestPoint(db.metrics.curve(round, config.promote.metric));
  if (best !== null) return { step: best.step, seen: null };
  const step = model.row.role === 'given' ? 0 : config.train.steps;
  return { step, seen: await measureModel(context, model, { round, stage: 'evaluate', step }) };
}
