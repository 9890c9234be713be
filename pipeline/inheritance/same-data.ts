import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Reader, type ResolvedConfig, settingsChanged } from '../../config/index.ts';
import { type CategoryId, type ImageId, type Rle, rle, type TrainingImage } from '../../core/index.ts';
import { type CategoryRow, humanLabeled, type RunDatabase, type Subset, trainingSet } from '../../db/index.ts';
import { type StageContext, safePoint } from '../stages/stage.ts';
import type { ParentRun } from './parent-run.ts';

/** Whether a stage of a round reads the same settings in two runs; where their data lie is none of them: data are compared by content. */
export function readsSameSettings(stage: Reader, round: number, parent: ParentRun, config: ResolvedConfig): boolean {
  return settingsChanged(parent.settingsOf(round), config).every(({ readBy }) => !readBy.includes(stage));
}

/** Whether two runs have the same categories, under the same ids and in the same order. */
export const sameCategories = (one: RunDatabase, other: RunDatabase): boolean =>
  isDeepStrictEqual(one.categories.all(), other.categories.all());

/**
 * A category of another run as this one has it: under the same id and name, or under another id where a single one has that name in each.
 * An id alone says nothing: in another file it may be another category's.
 * @returns null where it is none here
 */
export function sameCategory(there: CategoryId, other: RunDatabase, db: RunDatabase): CategoryId | null {
  const name = other.categories.all().find(({ id }) => id === there)?.name;
  const named = (run: RunDatabase) => run.categories.all().filter((category) => category.name === name);
  const here = named(db);
  if (here.some(({ id }) => id === there)) return there;
  return here.length === 1 && named(other).length === 1 ? (here[0] as CategoryRow).id : null;
}

/** Whether a run has the validation pictures of another, in their order and with their labels. */
export async function sameValidation(context: StageContext, other: RunDatabase): Promise<boolean> {
  if (!sameCategories(context.db, other)) return false;
  return (await validationDigest(context, context.db)) === (await validationDigest(context, other));
}

async function validationDigest(context: StageContext, db: RunDatabase): Promise<string> {
  const hash = createHash('sha256');
  for (const { image, truths } of humanLabeled(db, 'validation')) {
    await safePoint(context);
    const labels = truths.map(({ category, box, mask, areaPx2, crowd }) => ({ category, box, mask: textOf(mask), areaPx2, crowd }));
    hash.update(JSON.stringify([image.sha256, image.sourceId, labels]));
  }
  return hash.digest('hex');
}

/** Whether a round trains on the same in two runs: the same pictures in the same order, with the same labels, weights and donors. */
export async function sameTrainingSet(context: StageContext, round: number, other: RunDatabase): Promise<boolean> {
  if (!sameCategories(context.db, other)) return false;
  return (await trainingDigest(context, context.db, round)) === (await trainingDigest(context, other, round));
}

async function trainingDigest(context: StageContext, db: RunDatabase, round: number): Promise<string> {
  const { classNames, labeled, pseudo, donated } = trainingSet(db, round);
  const hashes = hashesByPath(db);
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  for (const [part, images] of Object.entries({ labeled, pseudo, donated })) {
    for (const image of images) {
      await safePoint(context);
      hash.update(JSON.stringify([part, hashes.get(image.path), labelsOf(image)]));
    }
  }
  return hash.digest('hex');
}

const labelsOf = ({ instances, ignored }: TrainingImage) => [
  instances.map(({ classIndex, mask, source }) => [classIndex, textOf(mask), source]),
  ignored.map(textOf),
];

const textOf = ({ counts }: Rle): string => rle.countsToString(counts);

function hashesByPath(db: RunDatabase): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  for (const subset of ['labeled', 'unlabeled'] as const)
    for (const { path, sha256 } of db.images.ofSubset(subset)) hashes.set(path, sha256);
  return hashes;
}

/** The pictures of a subset that another run has in it, too, by their ids here and there. */
export async function sharedImages(context: StageContext, subset: Subset, other: RunDatabase): Promise<ReadonlyMap<ImageId, ImageId>> {
  const shared = new Map<ImageId, ImageId>();
  for (const { id, sha256 } of context.db.images.ofSubset(subset)) {
    await safePoint(context);
    const there = other.images.bySha256(sha256);
    if (there?.subset === subset) shared.set(id, there.id);
  }
  return shared;
}
