import type { GroundTruth, ImageId } from '../core/index.ts';
import { humanLabeled } from '../db/index.ts';
import type { Evaluation, EvaluationImage, EvaluationPair } from '../eval/index.ts';
import { testTimeOff } from '../teacher/index.ts';
import type { Stage } from './machine.ts';
import type { LabelingFile } from './model-detections.ts';
import { toPredictions } from './model-detections.ts';
import { detectImages } from './processes/detect-images.ts';
import { evaluateDetections } from './processes/evaluate-detections.ts';
import type { Tell } from './processes/labeler-settings.ts';
import { interrupted, type StageContext } from './stages/stage.ts';

/** Where in a run a model is measured: the round's stage, and the student's step. */
export interface Moment {
  readonly round: number;
  readonly stage: Stage;
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

/** Measures a model on the validation set, on human labels only, and records COCO's twelve numbers for masks and for boxes. */
export async function measureModel(context: StageContext, model: LabelingFile, moment: Moment): Promise<Metrics> {
  const { db, emit } = context;
  const { round, step } = moment;
  const images = await detectValidation(context, model, moment);
  const categories = db.categories.all().map(({ id }) => id);
  const metrics = metricsOf(await evaluateDetections(images, categories));
  db.metrics.record(round, step, metrics);
  emit({ kind: 'measured', round, step, facts: metrics });
  return metrics;
}

/** Validation pictures in COCO's order, with the model's detections. */
async function detectValidation(
  { db, emit, stop }: StageContext,
  { file, classes, settings }: LabelingFile,
  { round, stage }: Moment,
): Promise<EvaluationImage[]> {
  const validation = [...humanLabeled(db, 'validation')].sort((a, b) => (a.image.sourceId ?? 0) - (b.image.sourceId ?? 0));
  const requests = validation.map(({ image: { id, path } }) => ({ id, path }));
  const detected = new Map<ImageId, EvaluationImage['detections']>();
  // A training is measured many times: how the machine is used for it is not told each time.
  const tell: Tell = (level, text) => {
    if (level === 'warn' || stage !== 'train') emit({ kind: 'note', round, level, text });
  };
  // What several looks add is the labeling's, not the model's: it is measured as everybody runs its file.
  const single = { ...settings, testTime: testTimeOff };
  let done = 0;
  for await (const outcome of detectImages({ model: file, settings: single, images: requests, count: requests.length, stop, tell })) {
    if (outcome.status === 'detected') detected.set(outcome.id as ImageId, toPredictions(outcome.detections, classes.map));
    else tell('warn', `a validation picture counts as one without detections: ${outcome.reason}`);
    emit({ kind: 'progress', round, stage, done: ++done, total: validation.length, unit: 'pictures', facts: {} });
  }
  if (stop.aborted) throw interrupted();
  return validation.map(({ image, truths }) => ({ truths: truths as readonly GroundTruth[], detections: detected.get(image.id) ?? [] }));
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
