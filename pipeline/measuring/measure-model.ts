import type { Evaluation, EvaluationPair } from '../../eval/index.ts';
import { testTimeOff } from '../../teacher/index.ts';
import { commitPoint } from '../commit-points.ts';
import { evaluateDetections } from '../processes/evaluate-detections.ts';
import type { StageContext } from '../stages/stage.ts';
import type { LabelingFile } from './model-detections.ts';
import { detectValidation, type RoundStage, type ValidationPicture } from './validation-pictures.ts';

/** Where in a run a model is measured: the round's stage, and the student's step. */
export interface Moment extends RoundStage {
  readonly step: number;
}

/** Numbers by name (`maskAp`, `boxAr100`, ...); null where one is not defined. */
export type Metrics = Readonly<Record<string, number | null>>;

/** COCO's numbers are average precisions and recalls, of masks and of boxes. */
const COCO_NUMBER = /^(mask|box)A[pr]/;

/** The numbers of a measuring among all that is recorded of its step: its training says something of it, too. */
export function measuredIn(recorded: Metrics): Metrics {
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => COCO_NUMBER.test(name)));
}

/**
 * Measures a model on the validation set, on human labels only, and records COCO's twelve numbers for masks and for boxes.
 * What several looks at a picture add is the labeling's, not the model's: it is measured by a single one, as everybody runs its file.
 * @returns what it saw there
 */
export async function measureModel(context: StageContext, model: LabelingFile, moment: Moment): Promise<readonly ValidationPicture[]> {
  const { db, emit } = context;
  const { round, step } = moment;
  const pictures = await detectValidation(context, { ...model, settings: { ...model.settings, testTime: testTimeOff } }, moment);
  const images = pictures.map(({ truths, found }) => ({ truths, detections: found?.predictions ?? [] }));
  const categories = db.categories.all().map(({ id }) => id);
  const metrics = metricsOf(await evaluateDetections(images, categories));
  db.metrics.record(round, step, metrics);
  commitPoint('metrics-recorded');
  emit({ kind: 'measured', round, step, facts: metrics });
  return pictures;
}

function metricsOf({ mask, box }: EvaluationPair): Metrics {
  return { ...prefixed('mask', mask), ...prefixed('box', box) };
}

function prefixed(prefix: string, evaluation: Evaluation): Metrics {
  const { perCategory: _classes, truths: _truths, ...numbers } = evaluation;
  const entries = Object.entries(numbers).filter(
    (entry): entry is [string, number | null] => entry[1] === null || typeof entry[1] === 'number',
  );
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]));
}
