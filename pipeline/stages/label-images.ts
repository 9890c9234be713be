import { type ImageId, type ModelId, sameSize, showSize } from '../../core/index.ts';
import type { ImageRow } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { inOrderOfIds, type KnownPicture, knownPictures, takeOverLabels } from '../inheritance/known-labels.ts';
import { type ParentRun, withParent } from '../inheritance/parent-run.ts';
import type { RoundInput } from '../machine/machine.ts';
import { type LabelingModel, labelingModel, toPredictions } from '../measuring/model-detections.ts';
import { detectImages } from '../processes/detect-images.ts';
import type { DetectionOutcome, PictureFile } from '../processes/messages.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** The teacher labels every unlabeled picture once; what the database knows already, or the parent of a fork, it is not asked again. */
export function labelImages(context: StageContext, input: RoundInput): Promise<StageResult<void>> {
  return withParent(context, async (parent) => {
    const { db } = context;
    const { round } = input;
    const model = await labelingModel(context, input.teacher as ModelId);
    const known = parent === null ? [] : await knownPictures(context, parent, round, model.row, db.labeling.pending(round));
    tellKnown(context, round, parent, known.length);
    const predictions = await labelPending(context, round, model, known);
    const { done: labeled, failed, withoutPredictions } = db.labeling.counts(round);
    const takenOver = parent === null ? {} : { takenOver: known.length };
    return { output: undefined, facts: { labeled, failed, withoutPredictions, predictions, ...takenOver } };
  });
}

function tellKnown({ db, emit }: StageContext, round: number, parent: ParentRun | null, known: number): void {
  if (parent === null) return;
  const text = `the labels of ${known} of ${db.labeling.counts(round).pending} pictures are taken over from ${parent.name}`;
  emit({ kind: 'note', round, level: 'info', text });
}

/** @returns how many predictions there are of the pictures that were pending */
async function labelPending(context: StageContext, round: number, model: LabelingModel, known: readonly KnownPicture[]): Promise<number> {
  const { db, emit, stop } = context;
  const before = db.labeling.counts(round);
  const attempted = before.done + before.failed;
  const startedMs = Date.now();
  let predictions = 0;
  let done = 0;
  for await (const outcome of inOrderOfIds(known, detected(context, round, model, known))) {
    predictions +=
      outcome.status === 'known' ? await takeOverLabels(context, round, model.row.id, outcome) : record(context, round, model, outcome);
    commitPoint('attempt-recorded');
    done++;
    const facts = { rate: done / Math.max(0.001, (Date.now() - startedMs) / 1000), predictions };
    const progress = { done: attempted + done, total: attempted + before.pending, unit: 'pictures', facts } as const;
    emit({ kind: 'progress', round, stage: 'label', ...progress });
  }
  if (stop.aborted) throw interrupted();
  return predictions;
}

/** What the model says now of the pictures that are not known. */
function detected({ db, emit, stop }: StageContext, round: number, model: LabelingModel, known: readonly KnownPicture[]) {
  const ids = new Set(known.map(({ id }) => id));
  return detectImages({
    model: model.file,
    settings: model.settings,
    images: picturesOf(db.labeling.pending(round), ids),
    count: db.labeling.counts(round).pending - ids.size,
    stop,
    tell: (level, text) => emit({ kind: 'note', round, level, text }),
  });
}

/** Writes what became of a picture, in a transaction of its own. @returns how many predictions there are of it */
function record({ db, emit }: StageContext, round: number, { row, classes }: LabelingModel, outcome: DetectionOutcome): number {
  const attempt = { round, image: outcome.id as ImageId, model: row.id, createdAtMs: Date.now() };
  const objection = objectionTo(outcome, db.images.byId(attempt.image));
  if (outcome.status === 'detected' && objection === null) {
    const { predictions, overlaps } = toPredictions(outcome, classes.map);
    db.labeling.recordDone({ ...attempt, durationMs: outcome.durationMs }, predictions, overlaps);
    return predictions.length;
  }
  db.labeling.recordFailed({ ...attempt, durationMs: 0 }, objection ?? '');
  emit({ kind: 'note', round, level: 'warn', text: `a picture could not be labeled: ${objection}` });
  return 0;
}

/** Why what a model says of a picture cannot be kept; null where it can. */
function objectionTo(outcome: DetectionOutcome, image: ImageRow | undefined): string | null {
  if (outcome.status === 'unusable') return outcome.reason;
  if (image !== undefined && sameSize(outcome.size, image.size)) return null;
  return `${image?.fileName} is ${showSize(outcome.size)} now: it was changed since it was imported`;
}

function* picturesOf(images: Iterable<ImageRow>, leftOut: ReadonlySet<ImageId>): Generator<PictureFile> {
  for (const { id, path } of images) if (!leftOut.has(id)) yield { id, path };
}
