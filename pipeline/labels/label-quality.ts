import { type CategoryId, type GroundTruth, type Prediction, rle, SelfpasteError } from '../../core/index.ts';
import { type ExchangedLabel, exchangeFormat } from '../../dataset/index.ts';
import type { PseudoLabel, RunDatabase } from '../../db/index.ts';
import { type JudgedImage, type PseudoQuality, pseudoQuality } from '../../pseudo/index.ts';
import { exchangeSource } from './exchange-files.ts';
import { labeledImages } from './exchanged-labels.ts';

/** How good a round's labels are, and on how many pictures that is known. */
export interface LabelQuality extends PseudoQuality {
  readonly round: number;
  readonly pictures: number;
}

/**
 * Compares a round's labels with a truth that the run never sees: a COCO instance file whose pictures are known by their names.
 * Pictures of the run that are not in it do not count.
 * @param iou least mask IoU of a label with its object, 0..1
 * @throws SelfpasteError DATA_NO_COMMON_PICTURE, and what reading COCO throws
 */
export async function labelQuality(db: RunDatabase, round: number, truthFile: string, iou: number): Promise<LabelQuality> {
  const truths = await readTruths(db, truthFile);
  let pictures = 0;
  function* judged(): Generator<JudgedImage> {
    for (const { image, labels } of labeledImages(db, round)) {
      const truth = truths.get(image.fileName);
      if (!truth) continue;
      pictures++;
      yield { labels: labels.map(asPrediction), truths: truth };
    }
  }
  const quality = pseudoQuality(judged(), iou);
  if (pictures === 0) throw noCommonPicture(truthFile, truths);
  return { round, pictures, ...quality };
}

/** Truths by file name; those of categories that the run does not have say nothing. */
async function readTruths(db: RunDatabase, file: string): Promise<ReadonlyMap<string, readonly GroundTruth[]>> {
  const categories = new Map(db.categories.all().map(({ id, name }) => [name, id]));
  const { images } = await exchangeFormat('coco').read(exchangeSource(file), []);
  const truthOf = (label: ExchangedLabel): GroundTruth[] => {
    const category = categories.get(label.category);
    return category === undefined ? [] : [asTruth(label, category)];
  };
  return new Map(images.map(({ fileName, labels }) => [fileName, labels.flatMap(truthOf)]));
}

const asTruth = ({ box, mask, crowd }: ExchangedLabel, category: CategoryId): GroundTruth => ({
  category,
  box,
  mask,
  crowd,
  areaPx2: rle.area(mask),
});

/** A person is sure. */
const asPrediction = (label: PseudoLabel): Prediction => (label.by === 'person' ? { ...label, score: 1 } : label);

function noCommonPicture(file: string, truths: ReadonlyMap<string, unknown>): SelfpasteError {
  const some = [...truths.keys()].slice(0, 3).join(', ');
  return new SelfpasteError(
    'DATA_NO_COMMON_PICTURE',
    `Expected pictures of the run in ${file}, got ${truths.size} others${some === '' ? '' : ` (${some})`}`,
    "name a COCO file whose file names are those of the run's unlabeled pictures",
  );
}
