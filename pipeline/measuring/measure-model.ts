import { testTimeOff } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import { evaluateDetections } from '../processes/evaluate-detections.ts';
import type { StageContext } from '../stages/stage.ts';
import { classesOf, metricsOf } from './measured-numbers.ts';
import type { LabelingFile } from './model-detections.ts';
import { detectValidation, type RoundStage, type ValidationPicture } from './validation-pictures.ts';

/** Where in a run a model is measured: the round's stage, and the student's step. */
export interface Moment extends RoundStage {
  readonly step: number;
}

/**
 * Measures a model on the validation set, on human labels only, and records COCO's twelve numbers for masks and for boxes,
 * and the main ones by class, in one transaction.
 * What several looks at a picture add is the labeling's, not the model's: it is measured by a single one, as everybody runs its file.
 * @returns what it saw there
 */
export async function measureModel(context: StageContext, model: LabelingFile, moment: Moment): Promise<readonly ValidationPicture[]> {
  const { db, emit } = context;
  const { round, step } = moment;
  const pictures = await detectValidation(context, { ...model, settings: { ...model.settings, testTime: testTimeOff } }, moment);
  const images = pictures.map(({ truths, found }) => ({ truths, detections: found?.predictions ?? [] }));
  const categories = db.categories.all().map(({ id }) => id);
  const evaluated = await evaluateDetections(images, categories);
  const metrics = metricsOf(evaluated);
  db.transaction(() => {
    db.metrics.record(round, step, metrics);
    db.classMetrics.record(round, step, classesOf(evaluated));
  });
  commitPoint('metrics-recorded');
  emit({ kind: 'measured', round, step, facts: metrics });
  return pictures;
}
