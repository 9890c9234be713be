import { type ImageId, type ModelId, sameSize, showSize } from '../../core/index.ts';
import type { ImageRow } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { inOrderOfIds, type KnownPicture, knownPictures, sourcesOf, takeOverLabels } from '../inheritance/known-labels.ts';
import { type ParentRun, withParents } from '../inheritance/parent-run.ts';
import type { RoundInput } from '../machine/machine.ts';
import { type LabelingModel, labelingModel, toPredictions } from '../measuring/model-detections.ts';
import { detectImages } from '../processes/detect-images.ts';
import type { DetectionOutcome, PictureFile } from '../processes/messages.ts';
import type { Facts } from '../progress.ts';
import { interrupted, type StageContext, type StageResult } from './stage.ts';

/** The teacher labels every unlabeled picture once; what the database knows already, or a parent of a fork, it is not asked again. */
export function labelImages(context: StageContext, input: RoundInput): Promise<StageResult<void>> {
  return withParents(context, async (parents) => {
    const { db, stop } = context;
    const { round } = input;
    const model = await labelingModel(context, input.teacher as ModelId);
    const tally: Tally = { startedMs: Date.now(), detected: 0, predictions: 0, takenOver: 0 };
    // Who had pictures tried again meanwhile, or mended files that were left out, has them labeled before the stage ends.
    while (!stop.aborted && db.labeling.counts(round).pending > 0) {
      const known = await knownPictures(context, parents, round, model.row, db.labeling.pending(round));
      tellKnown(context, round, parents, known);
      await labelPending(context, round, model, known, tally);
    }
    if (stop.aborted) throw interrupted();
    const { done: labeled, failed, withoutPredictions } = db.labeling.counts(round);
    const takenOver = parents.length === 0 ? {} : { takenOver: tally.takenOver };
    return { output: undefined, facts: { labeled, failed, withoutPredictions, predictions: tally.predictions, ...takenOver } };
  });
}

function tellKnown({ db, emit }: StageContext, round: number, [nearest]: readonly ParentRun[], known: readonly KnownPicture[]): void {
  if (nearest === undefined) return;
  const { pending } = db.labeling.counts(round);
  const text = `the labels of ${known.length} of ${pending} pictures are taken over from ${sourcesOf(known, nearest)}`;
  emit({ kind: 'note', round, level: 'info', text });
}

/** What the stage did so far. */
interface Tally {
  readonly startedMs: number;
  /** Pictures that the model looked at. */
  detected: number;
  predictions: number;
  /** Pictures whose labels were another run's. */
  takenOver: number;
}

async function labelPending(
  context: StageContext,
  round: number,
  model: LabelingModel,
  known: readonly KnownPicture[],
  tally: Tally,
): Promise<void> {
  const { db, emit } = context;
  const { pending, done, failed } = db.labeling.counts(round);
  let attempted = done + failed;
  let toDetect = pending - known.length;
  for await (const outcome of inOrderOfIds(known, detected(context, round, model, known))) {
    if (outcome.status === 'known') {
      tally.predictions += await takeOverLabels(context, round, model.row.id, outcome);
      tally.takenOver++;
    } else {
      tally.predictions += record(context, round, model, outcome);
      tally.detected++;
      toDetect--;
    }
    commitPoint('attempt-recorded');
    const facts = { ...rateOf(tally), toDetect, predictions: tally.predictions };
    emit({ kind: 'progress', round, stage: 'label', done: ++attempted, total: pending + done + failed, unit: 'pictures', facts });
  }
}

/** What is taken over takes no time worth a word, and says nothing of how fast the model is. */
const rateOf = ({ detected, startedMs }: Tally): Facts =>
  detected === 0 ? {} : { rate: detected / Math.max(0.001, (Date.now() - startedMs) / 1000) };

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
