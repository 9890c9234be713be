import { createHash } from 'node:crypto';
import { type AugmentedInstance, type DroppedInstance, encodePng, type Placement } from '../../augment/index.ts';
import { rle } from '../../core/index.ts';
import type { TrainingPicture, TrainingPictures, trainingPicturesOfRun } from '../../pipeline/index.ts';
import type { SeenObject, SeenPicture, SeenSource, TrainedRound } from '../contract/training.ts';

/** The training pictures of a round, of which the files' origin is known. */
export type OpenPictures = Awaited<ReturnType<typeof trainingPicturesOfRun>>;

/** What of a round does not change while it trains. */
export type RoundRecipe = Pick<TrainedRound, 'round' | 'steps' | 'batchSize' | 'classNames' | 'recipe'>;

export const roundRecipe = ({ round, steps, batchSize, classNames, recipe }: TrainingPictures): RoundRecipe => ({
  round,
  steps,
  batchSize,
  classNames,
  recipe,
});

/** A picture as it is sent: what is on it, and its pixels as PNG. */
export interface DrawnPicture {
  readonly seen: SeenPicture;
  readonly png: Uint8Array<ArrayBuffer>;
}

/** Draws what the trainer saw. @throws SelfpasteError USAGE_NO_SAMPLE, DATA_CHANGED_PICTURE, DATA_UNREADABLE_PICTURE */
export async function drawPicture(pictures: OpenPictures, step: number, slot: number): Promise<DrawnPicture> {
  const drawn = await pictures.at(step, slot);
  return { seen: seenPicture(drawn, pictures.sourceOf), png: await encodePng(drawn.picture.image) };
}

function seenPicture({ plan, picture, files }: TrainingPicture, sourceOf: OpenPictures['sourceOf']): SeenPicture {
  const { round, step, slot, main, donor } = plan;
  const sha256 = createHash('sha256').update(picture.image.data).digest('hex');
  return {
    ...{ round, step, slot, sha256 },
    size: picture.image.size,
    picture: `/api/training/${round}/${step}/${slot}/picture?content=${sha256}`,
    main: seenSource(files.main, main.placement, sourceOf),
    stream: main.stream,
    donor: donor && files.donor !== null ? seenSource(files.donor, donor.placement, sourceOf) : null,
    objects: [...picture.instances, ...picture.droppedInstances].map(seenObject),
    ignored: picture.ignored.map(({ counts }) => rle.countsToString(counts)),
  };
}

function seenSource(file: string, placement: Placement, sourceOf: OpenPictures['sourceOf']): SeenSource {
  const source = sourceOf(file);
  if (source === undefined) throw new Error(`Expected ${file} among the run's pictures: it was compared with what was imported`);
  return { image: source.id, fileName: source.fileName, placement };
}

const seenObject = (object: AugmentedInstance | DroppedInstance, at: number): SeenObject => ({
  name: `o${at + 1}`,
  classIndex: object.classIndex,
  source: object.source,
  pasted: object.pasted,
  box: object.box,
  areaPx2: rle.area(object.mask),
  mask: rle.countsToString(object.mask.counts),
  dropped: 'reason' in object ? object.reason : null,
  occlusion: 'reason' in object ? object.occlusion : null,
});
