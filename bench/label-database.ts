import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type CategoryId,
  type Change,
  type ChangeKind,
  categoryId,
  classIndex,
  type ImageId,
  type ModelId,
  type PredictionId,
  predictionId,
  SUSPICION_KINDS,
  type Suspicion,
  sha256,
  stream,
} from '../core/index.ts';
import { type ImageRow, type Judgement, labelIds, openDatabase, type RunDatabase, type SelectionDecision } from '../db/index.ts';
import {
  imageSize,
  labelCategories,
  lasting,
  overlapsOf,
  predictionsOf,
  predictionsPerImage,
  type Sight,
  sightsOf,
} from './label-sights.ts';

/** A pseudo-label database of any size, the same for the same recipe. */
export interface LabelRecipe {
  readonly seed: number;
  /** In all rounds together. */
  readonly predictions: number;
}

export const labelRounds = 4;
const T0 = 1_700_000_000_000;
const IMAGES_A_TRANSACTION = 200;

export const imagesOf = ({ predictions }: LabelRecipe): number => Math.ceil(predictions / (labelRounds * predictionsPerImage));

/** Makes the database unless it is there; one that was not finished is made anew, one of an older version is brought forward. */
export function makeLabelDatabase(path: string, recipe: LabelRecipe): void {
  if (existsSync(path)) openDatabase(path, { mode: 'upgrade' }).close();
  else
    whole(path, (unfinished) => {
      const db = openDatabase(unfinished, { mode: 'create' });
      fillLabelDatabase(db, recipe);
      db.close();
    });
}

/** A database that is there once it is finished. */
export function whole(path: string, make: (unfinished: string) => void): void {
  const unfinished = `${path}.unfinished`;
  mkdirSync(dirname(path), { recursive: true });
  for (const end of ['', '-wal', '-shm']) rmSync(unfinished + end, { force: true });
  make(unfinished);
  renameSync(unfinished, path);
}

/** The file of a picture. */
export type PictureFile = Pick<ImageRow, 'path' | 'sha256'>;

/** A picture that is in the database alone. */
const noFile = (number: number): PictureFile => ({
  path: `/pictures/${number}.jpg`,
  sha256: sha256(number.toString(16).padStart(64, '0')),
});

/**
 * Rounds that are labeled, selected and frozen one after the other, then what people say of the last.
 * @param db without pictures yet
 * @param fileOf of the pictures, numbered from 1
 */
export function fillLabelDatabase(db: RunDatabase, recipe: LabelRecipe, fileOf: (number: number) => PictureFile = noFile): void {
  const images = beginLabelRun(db, imagesOf(recipe), fileOf);
  for (let round = 1; round <= labelRounds; round++) {
    const model = beginLabelRound(db, round);
    inTransactions(db, images, (image, at) => labelImage(db, recipe.seed, { round, image, at, model }));
    inTransactions(db, images, (image, at) => selectImage(db, recipe.seed, { round, image, at, images: images.length }));
    db.rounds.freeze(round, { score: THRESHOLD, scoreByCategory: { 1: 0.6 } }, T0 + round);
  }
  judgeLastRound(db, recipe.seed);
}

/** Categories and unlabeled images. */
export function beginLabelRun(db: RunDatabase, images: number, fileOf: (number: number) => PictureFile = noFile): ImageRow[] {
  db.categories.add(
    Array.from({ length: labelCategories }, (_, at) => ({
      id: categoryId(at + 1),
      name: `category ${at + 1}`,
      classIndex: classIndex(at),
    })),
  );
  return db.transaction(() => Array.from({ length: images }, (_, at) => addImage(db, at + 1, fileOf(at + 1))));
}

function addImage(db: RunDatabase, number: number, file: PictureFile): ImageRow {
  const facts = {
    ...file,
    fileName: `${number}.jpg`,
    size: imageSize,
    orientation: 1,
    subset: 'unlabeled' as const,
    sourceId: number,
  };
  const added = db.images.add(facts);
  if (added.status !== 'added') throw new Error(`Expected a new database, got one that has image ${number}`);
  return { ...facts, id: added.id };
}

export function beginLabelRound(db: RunDatabase, round: number): ModelId {
  const file = { path: `models/${round}.onnx`, sha256: sha256(round.toString(16).padStart(64, '0')), contract: {}, createdAtMs: T0 };
  const model = db.models.add({ round, role: 'student', ...file });
  db.rounds.start(round, { stage: 'label', teacher: model, startedAtMs: T0 + round });
  return model;
}

function inTransactions(db: RunDatabase, images: readonly ImageRow[], work: (image: ImageRow, at: number) => void): void {
  for (let from = 0; from < images.length; from += IMAGES_A_TRANSACTION)
    db.transaction(() => {
      for (const [step, image] of images.slice(from, from + IMAGES_A_TRANSACTION).entries()) work(image, from + step);
    });
}

interface Labeled {
  readonly round: number;
  readonly image: ImageRow;
  readonly at: number;
  readonly model: ModelId;
}

function labelImage(db: RunDatabase, seed: number, { round, image, at, model }: Labeled): void {
  db.labeling.recordDone(attemptOf(image.id, round, model), predictionsOf(seed, round, at), overlapsOf);
}

export const attemptOf = (image: ImageId, round: number, model: ModelId) => ({
  round,
  image,
  model,
  durationMs: 40,
  createdAtMs: T0 + round,
});

const THRESHOLD = 0.5;

function decide(id: PredictionId, { score, width, height }: Sight): SelectionDecision {
  if (width * height < 60) return { prediction: id, status: 'dropped', reason: 'too-small' };
  if (score < 0.3) return { prediction: id, status: 'dropped', reason: 'below-threshold' };
  if (score < THRESHOLD) return { prediction: id, status: 'dropped', reason: 'unsure' };
  if (id % 25 === 0) return { prediction: id, status: 'dropped', reason: 'duplicate' };
  return { prediction: id, status: 'kept', reason: 'score', weight: score };
}

interface Selected {
  readonly round: number;
  readonly image: ImageRow;
  readonly at: number;
  readonly images: number;
}

function selectImage(db: RunDatabase, seed: number, selected: Selected): void {
  const { round, image } = selected;
  const now = decisionsOf(seed, selected, round);
  const before = round > 1 ? decisionsOf(seed, selected, round - 1) : [];
  const lineage = new Map(before.slice(0, lasting).map(({ prediction }, index) => [now[index].prediction, prediction]));
  db.pseudoLabels.record({
    round,
    image: image.id,
    decisions: now,
    lineage,
    drawn: [],
    changes: round > 1 ? changesOf(now, before) : [],
    suspicions: suspicionsOf(now),
  });
}

type Decided = SelectionDecision & { readonly category: CategoryId };

/** Rows of a new database are numbered as they come: round by round, image by image. */
function decisionsOf(seed: number, { at, images }: Selected, round: number): Decided[] {
  const first = ((round - 1) * images + at) * predictionsPerImage + 1;
  return sightsOf(seed, round, at).map((sight, index) => ({ ...decide(predictionId(first + index), sight), category: sight.category }));
}

function changesOf(now: readonly Decided[], before: readonly Decided[]): Change[] {
  return now.flatMap((label, index) => {
    const former = index < lasting && before[index].status === 'kept' ? before[index] : undefined;
    if (label.status === 'kept') return former ? continued(label, former) : lone('born', label);
    return former ? lone('died', former) : [];
  });
}

const lone = (kind: 'born' | 'died', { prediction, category }: Decided): Change => ({ kind, iou: 0, prediction, previous: null, category });

const continued = ({ prediction, category }: Decided, former: Decided): Change => ({
  kind: kindOf(prediction),
  iou: Math.fround(0.5 + (mixed(prediction) % 5000) / 10_000),
  prediction,
  previous: former.prediction,
  category,
});

/** Numbers without a pattern. */
const mixed = (id: PredictionId): number => Math.imul(id, 0x9e3779b1) >>> 7;

function kindOf(id: PredictionId): ChangeKind {
  const share = mixed(id) % 100;
  if (share < 2) return 'reclassified';
  if (share < 8) return 'grew';
  return share < 15 ? 'shrank' : 'kept';
}

function suspicionsOf(decisions: readonly SelectionDecision[]): Suspicion[] {
  return decisions
    .filter(({ prediction, status, reason }) => mixed(prediction) % (status === 'kept' ? 12 : reason === 'unsure' ? 60 : 5000) === 0)
    .map(({ prediction, status }) => ({
      kind: status === 'kept' ? SUSPICION_KINDS[(mixed(prediction) >>> 5) % SUSPICION_KINDS.length] : 'disagreement',
      strength: (mixed(prediction) % 9973) / 9973,
      prediction,
      other: null,
    }));
}

/** A bulk acceptance of a tenth of the last round's labels, and what somebody rejected here and there. */
function judgeLastRound(db: RunDatabase, seed: number): void {
  const sign = (why: string) => ({ who: 'ada', why, subject: why, atMs: T0 });
  db.verdicts.record(judgements(db, seed, 'accepted', 0.1), sign('all that look right'));
  db.verdicts.record(judgements(db, seed, 'rejected', 0.002), sign('a bush'));
}

function* judgements(db: RunDatabase, seed: number, verdict: 'accepted' | 'rejected', fraction: number): Generator<Judgement> {
  const chance = stream(seed, 'label-verdicts', verdict);
  for (const prediction of labelIds(db, { round: labelRounds, status: 'kept', verdict: 'none' }))
    if (chance.chance(fraction)) yield { of: 'prediction', prediction, verdict };
}
