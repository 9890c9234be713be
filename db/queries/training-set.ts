import type {
  CategoryId,
  ClassIndex,
  HumanSource,
  ImageId,
  LabeledTrainingImage,
  Rle,
  TrainingImage,
  TrainingInstance,
  TrainingSet,
} from '../../core/index.ts';
import type { CategoryRow } from '../categories.ts';
import type { SourcedGroundTruth } from '../ground-truths.ts';
import type { ImageRow } from '../images.ts';
import { maskOf, type ShapeColumns } from '../masks.ts';
import type { RunDatabase } from '../run-database.ts';
import { keptLabels, type PseudoLabeledImage } from './kept-labels.ts';

/** An image with its human labels. */
export interface HumanLabeledImage {
  readonly image: ImageRow;
  readonly truths: readonly SourcedGroundTruth[];
}

/** Human-labeled images by id, also those without objects. The caller may wait between two images. */
export function* humanLabeled(db: RunDatabase, subset: 'labeled' | 'validation'): Generator<HumanLabeledImage> {
  for (const image of db.images.ofSubset(subset)) yield { image, truths: db.groundTruths.ofImage(image) };
}

/**
 * What a round's student trains on: all labeled images, images on which something was kept or drawn, and the donors of other images.
 * Crowd regions, and predictions that were dropped as `unsure` or `unstable`, are neither objects nor background.
 */
export function trainingSet(db: RunDatabase, round: number): TrainingSet {
  const categories = db.categories.all();
  const classOf = classIndexes(categories);
  return {
    classNames: categories.map(({ name }) => name),
    labeled: Array.from(humanLabeled(db, 'labeled'), (labeled) => fromHuman(labeled, classOf)),
    pseudo: Array.from(keptLabels(db, round), (labeled) => fromTeacher(labeled, unsureMasks(db, round, labeled.image), classOf)),
    donated: donatedImages(db, round, classOf),
  };
}

function fromHuman({ image, truths }: HumanLabeledImage, classOf: ClassIndexes): LabeledTrainingImage {
  const objects = truths.filter(({ crowd }) => !crowd);
  const crowds = truths.filter(({ crowd }) => crowd);
  return {
    path: image.path,
    size: image.size,
    instances: objects.map(({ category, mask }) => ({ classIndex: classOf(category), mask, source: { by: 'human' } })),
    ignored: crowds.map(({ mask }) => mask),
  };
}

function fromTeacher({ image, labels }: PseudoLabeledImage, ignored: readonly Rle[], classOf: ClassIndexes): TrainingImage {
  return {
    path: image.path,
    size: image.size,
    instances: labels.map(({ category, mask, by, weight }) => ({
      classIndex: classOf(category),
      mask,
      source: by === 'person' ? { by: 'human' } : { by: 'teacher', weight },
    })),
    ignored,
  };
}

/** By image; each with its donors only, by id. */
function donatedImages(db: RunDatabase, round: number, classOf: ClassIndexes): LabeledTrainingImage[] {
  const byImage = new Map<ImageId, TrainingInstance<HumanSource>[]>();
  for (const { image, category, mask } of db.donations.ofRound(round)) {
    const instances = byImage.get(image) ?? [];
    byImage.set(image, instances);
    instances.push({ classIndex: classOf(category), mask, source: { by: 'human' } });
  }
  return Array.from(byImage, ([id, instances]) => ({ ...fileOf(db, id), instances, ignored: [] }));
}

function fileOf(db: RunDatabase, id: ImageId): Pick<ImageRow, 'path' | 'size'> {
  const image = db.images.byId(id);
  if (!image) throw new Error(`Expected image ${id}: a foreign key promises it`);
  return { path: image.path, size: image.size };
}

/** What a round's teacher was not sure of on an image, by id. */
function unsureMasks(db: RunDatabase, round: number, image: ImageRow): Rle[] {
  return db.connection
    .all<ShapeColumns>(
      `SELECT p.x1, p.y1, p.x2, p.y2, p.rle FROM pseudo_labels s NOT INDEXED CROSS JOIN predictions p ON p.id = s.prediction_id
       WHERE s.round = ? AND s.image_id = ? AND s.status = 'dropped' AND s.reason IN ('unsure', 'unstable') ORDER BY s.prediction_id`,
      [round, image.id],
    )
    .map((columns) => maskOf(columns, image.size));
}

type ClassIndexes = (category: CategoryId) => ClassIndex;

function classIndexes(categories: readonly CategoryRow[]): ClassIndexes {
  const indexes = new Map(categories.map(({ id, classIndex }) => [id, classIndex]));
  return (category) => {
    const index = indexes.get(category);
    if (index === undefined) throw new Error(`Expected category ${category}: a foreign key promises it`);
    return index;
  };
}
