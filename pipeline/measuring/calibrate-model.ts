import { type CategoryId, candidateSet, type GroundTruth, type ImageId, predictionId, rle } from '../../core/index.ts';
import { type CalibrationSet, outcomesOf } from '../../pseudo/index.ts';
import { isSingleLook } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import { type StageContext, safePoint } from '../stages/stage.ts';
import type { LabelingModel, PicturePredictions } from './model-detections.ts';
import { detectValidation, type RoundStage, type ValidationPicture } from './validation-pictures.ts';

/**
 * Records what a model's predictions are worth: those from the labeling's floor on that it makes of validation pictures, each with what
 * human labels say of it. Looks as labeling does, with several looks at a picture where that has them. All of it or nothing, and once.
 * @param seen what the model saw in a single look at each picture, where that is known
 */
export async function calibrateModel(
  context: StageContext,
  model: LabelingModel,
  moment: RoundStage,
  seen: readonly ValidationPicture[] | null,
): Promise<void> {
  const { db } = context;
  if (db.calibrations.has(model.row.id)) return;
  const known = isSingleLook(model.settings.testTime) ? seen : null;
  const sets: [ImageId, CalibrationSet][] = [];
  for (const { image, truths, found } of known ?? (await detectValidation(context, model, moment))) {
    await safePoint(context);
    if (found !== null) sets.push([image, calibrationSet(found, truths)]);
  }
  db.transaction(() => {
    for (const [image, set] of sets) db.calibrations.record(model.row.id, image, set);
  });
  commitPoint('calibration-recorded');
}

function calibrationSet({ predictions, overlaps }: PicturePredictions, truths: readonly GroundTruth[]): CalibrationSet {
  // No rows of the database, so they are numbered by their order.
  const facts = predictions.map((prediction, at) => ({ ...prediction, id: predictionId(at), areaPx2: rle.area(prediction.mask) }));
  return { candidates: candidateSet(facts, overlaps), outcomes: outcomesOf(predictions, truths), truths: countObjects(truths) };
}

function countObjects(truths: readonly GroundTruth[]): ReadonlyMap<CategoryId, number> {
  const counts = new Map<CategoryId, number>();
  for (const { category, crowd } of truths) if (!crowd) counts.set(category, (counts.get(category) ?? 0) + 1);
  return counts;
}
