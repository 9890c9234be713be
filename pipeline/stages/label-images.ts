import { type ImageId, type ModelId, sameSize, showSize } from '../../core/index.ts';
import type { ImageRow } from '../../db/index.ts';
import type { RoundInput } from '../machine.ts';
import { labelingModel, toPredictions } from '../model-detections.ts';
import { type DetectionOutcome, type DetectionRequest, detectImages } from '../processes/detect-images.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** The teacher labels every unlabeled picture once; what is in the database already is not asked again. */
export async function labelImages(context: StageContext, input: RoundInput): Promise<StageResult<void>> {
  const { db, emit, stop } = context;
  const { round } = input;
  const { row, file, classes, settings } = await labelingModel(context, input.teacher as ModelId);
  const before = db.labeling.counts(round);
  const total = before.done + before.failed + before.pending;
  const startedMs = Date.now();
  let predictions = 0;
  let done = 0;
  const onRestart = (error: Error) => emit({ kind: 'note', round, level: 'warn', text: `${error.message}; started again` });
  for await (const outcome of detectImages({ model: file, settings, images: requests(db.labeling.pending(round)), stop, onRestart })) {
    const attempt = { round, image: outcome.id as ImageId, model: row.id, createdAtMs: Date.now() };
    const objection = objectionTo(outcome, db.images.byId(attempt.image));
    if (outcome.status === 'detected' && objection === null) {
      const found = toPredictions(outcome.detections, classes.map);
      predictions += found.length;
      db.labeling.recordDone({ ...attempt, durationMs: outcome.durationMs }, found);
    } else {
      db.labeling.recordFailed({ ...attempt, durationMs: 0 }, objection ?? '');
      emit({ kind: 'note', round, level: 'warn', text: `a picture could not be labeled: ${objection}` });
    }
    done++;
    const rate = done / Math.max(0.001, (Date.now() - startedMs) / 1000);
    emit({
      kind: 'progress',
      round,
      stage: 'label',
      done: before.done + before.failed + done,
      total,
      unit: 'pictures',
      facts: { rate, predictions },
    });
  }
  if (stop.aborted) throw interrupted();
  const { done: labeled, failed, withoutPredictions } = db.labeling.counts(round);
  return { output: undefined, facts: { labeled, failed, withoutPredictions, predictions } };
}

/** Why what a model says of a picture cannot be kept; null where it can. */
function objectionTo(outcome: DetectionOutcome, image: ImageRow | undefined): string | null {
  if (outcome.status === 'unusable') return outcome.reason;
  if (image !== undefined && sameSize(outcome.size, image.size)) return null;
  return `${image?.fileName} is ${showSize(outcome.size)} now: it was changed since it was imported`;
}

function* requests(images: Iterable<ImageRow>): Generator<DetectionRequest> {
  for (const { id, path } of images) yield { id, path };
}
