import type { StudentInput } from '../machine.ts';
import { measureModel } from '../measure-model.ts';
import { labelingModel } from '../model-detections.ts';
import { bestPoint } from '../validations.ts';
import type { StageContext, StageResult } from './stage.ts';

/** Measures the round's model on the validation set, unless that was done while it was trained. */
export async function evaluateStudent(context: StageContext, input: StudentInput): Promise<StageResult<number | null>> {
  const { config, db } = context;
  const { metric } = config.promote;
  const step = await measuredStep(context, input);
  const metrics = db.metrics.at(input.round, step);
  const { maskAp = null, maskAp50 = null, boxAp = null } = metrics;
  return { output: metrics[metric] ?? null, facts: { maskAp, maskAp50, boxAp, step } };
}

/** The step at which the round's model has its numbers. What training chose is the best of all that it measured. */
async function measuredStep(context: StageContext, { round, student }: StudentInput): Promise<number> {
  const { config, db } = context;
  const best = bestPoint(db.metrics.curve(round, config.promote.metric));
  if (best !== null) return best.step;
  const model = await labelingModel(context, student);
  const step = model.row.role === 'given' ? 0 : config.train.steps;
  await measureModel(context, model, { round, stage: 'evaluate', step });
  return step;
}
