import type { GroundTruth, ImageId } from '../../core/index.ts';
import { humanLabeled } from '../../db/index.ts';
import type { Stage } from '../machine/machine.ts';
import { detectImages } from '../processes/detect-images.ts';
import type { Tell } from '../processes/labeler-settings.ts';
import { interrupted, type StageContext } from '../stages/stage.ts';
import { type LabelingFile, type PicturePredictions, toPredictions } from './model-detections.ts';

export interface RoundStage {
  readonly round: number;
  readonly stage: Stage;
}

/** A validation picture: what it shows, and what a model sees there. */
export interface ValidationPicture {
  readonly image: ImageId;
  readonly truths: readonly GroundTruth[];
  /** Null where the picture cannot be read. */
  readonly found: PicturePredictions | null;
}

/** Lets a model look at the validation set; pictures in COCO's order. Throws INTERRUPTED where the run shall stop. */
export async function detectValidation(
  { db, emit, stop }: StageContext,
  { file, classes, settings }: LabelingFile,
  { round, stage }: RoundStage,
): Promise<readonly ValidationPicture[]> {
  const validation = [...humanLabeled(db, 'validation')].sort((a, b) => (a.image.sourceId ?? 0) - (b.image.sourceId ?? 0));
  const images = validation.map(({ image: { id, path } }) => ({ id, path }));
  const found = new Map<ImageId, PicturePredictions>();
  // A training is measured many times: how the machine is used for it is not told each time.
  const tell: Tell = (level, text) => {
    if (level === 'warn' || stage !== 'train') emit({ kind: 'note', round, level, text });
  };
  let done = 0;
  for await (const outcome of detectImages({ model: file, settings, images, count: images.length, stop, tell })) {
    if (outcome.status === 'detected') found.set(outcome.id as ImageId, toPredictions(outcome, classes.map));
    else tell('warn', `a validation picture counts as one without detections: ${outcome.reason}`);
    emit({ kind: 'progress', round, stage, done: ++done, total: validation.length, unit: 'pictures', facts: {} });
  }
  if (stop.aborted) throw interrupted();
  return validation.map(({ image: { id }, truths }) => ({ image: id, truths, found: found.get(id) ?? null }));
}
