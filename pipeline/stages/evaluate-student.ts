import type { GroundTruth, ImageId } from '../../core/index.ts';
import { humanLabeled } from '../../db/index.ts';
import type { Evaluation, EvaluationImage, EvaluationPair } from '../../eval/index.ts';
import type { StudentInput } from '../machine.ts';
import { labelingModel, toPredictions } from '../model-detections.ts';
import { detectImages } from '../processes/detect-images.ts';
import { evaluateDetections } from '../processes/evaluate-detections.ts';
import type { Tell } from '../processes/labeler-settings.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** Measures a model on the validation set, on human labels only: COCO's twelve numbers for masks and for boxes. */
export async function evaluateStudent(context: StageContext, { round, student }: StudentInput): Promise<StageResult<number | null>> {
  const { db, config } = context;
  const images = await detectValidation(context, round, student);
  const categories = db.categories.all().map(({ id }) => id);
  const pair = await evaluateDetections(images, categories);
  const metrics = metricsOf(pair);
  db.metrics.record(round, config.train.steps, metrics);
  const score = metrics[config.promote.metric] ?? null;
  const { maskAp = null, maskAp50 = null, boxAp = null } = metrics;
  return { output: score, facts: { maskAp, maskAp50, boxAp, pictures: images.length } };
}

/** Validation pictures in COCO's order, with the model's detections. */
async function detectValidation(context: StageContext, round: number, student: StudentInput['student']): Promise<EvaluationImage[]> {
  const { db, emit, stop } = context;
  const { file, classes, settings } = await labelingModel(context, student);
  const validation = [...humanLabeled(db, 'validation')].sort((a, b) => (a.image.sourceId ?? 0) - (b.image.sourceId ?? 0));
  const requests = validation.map(({ image: { id, path } }) => ({ id, path }));
  const detected = new Map<ImageId, EvaluationImage['detections']>();
  const tell: Tell = (level, text) => emit({ kind: 'note', round, level, text });
  let done = 0;
  for await (const outcome of detectImages({ model: file, settings, images: requests, count: requests.length, stop, tell })) {
    if (outcome.status === 'detected') detected.set(outcome.id as ImageId, toPredictions(outcome.detections, classes.map));
    else emit({ kind: 'note', round, level: 'warn', text: `a validation picture counts as one without detections: ${outcome.reason}` });
    emit({ kind: 'progress', round, stage: 'evaluate', done: ++done, total: validation.length, unit: 'pictures', facts: {} });
  }
  if (stop.aborted) throw interrupted();
  return validation.map(({ image, truths }) => ({ truths: truths as readonly GroundTruth[], detections: detected.get(image.id) ?? [] }));
}

/** `maskAp`, `maskAp50`, ..., `boxAr100`, ... */
function metricsOf({ mask, box }: EvaluationPair): Record<string, number | null> {
  return { ...prefixed('mask', mask), ...prefixed('box', box) };
}

function prefixed(prefix: string, evaluation: Evaluation): Record<string, number | null> {
  const { perCategory: _classes, truths: _truths, ...numbers } = evaluation;
  const entries = Object.entries(numbers).filter(
    (entry): entry is [string, number | null] => entry[1] === null || typeof entry[1] === 'number',
  );
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]));
}
