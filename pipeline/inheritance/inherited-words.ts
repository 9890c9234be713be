import type { ImageId, PredictionId } from '../../core/index.ts';
import type { ImageRow, Judgement, RunDatabase, StoredPrediction, StoredVerdict } from '../../db/index.ts';
import { type StageContext, safePoint } from '../stages/stage.ts';
import type { ParentRun } from './parent-run.ts';
import { sameCategory } from './same-data.ts';

/**
 * Takes over what stands of people's words about an unlabeled picture itself: what they drew on it, and that nothing is right of what
 * models say of it. In the transaction that adds the picture, so that it is done once. Of several parents the nearest that has the picture
 * knows what stands. What was drawn of a category that is none here stays behind, see {@link drawingsLeftBehind}.
 */
export function takeOverWordsOnPicture(
  db: RunDatabase,
  parents: readonly ParentRun[],
  image: Pick<ImageRow, 'id' | 'sha256' | 'size'>,
): void {
  const parent = nearestWith(parents, image);
  if (parent === undefined) return;
  for (const word of parent.db.verdicts.ofImage(unlabeledIn(parent.db, image) as ImageRow)) {
    if (word.of === 'image') repeat(db, parent, word, { of: 'image', image: image.id, verdict: 'rejected' });
    if (word.of !== 'drawn') continue;
    const category = sameCategory(word.correction.category, parent.db, db);
    if (category !== null)
      repeat(db, parent, word, { of: 'image', image: image.id, verdict: 'drawn', category, mask: word.correction.mask });
  }
}

/** How many drawings stay behind, because their category is none here, by its name. */
export async function drawingsLeftBehind(context: StageContext, parents: readonly ParentRun[]): Promise<ReadonlyMap<string, number>> {
  const left = new Map<string, number>();
  for (const parent of parents) {
    for (const there of parent.db.verdicts.images()) {
      await safePoint(context);
      if (unlabeledIn(context.db, there) === undefined || nearestWith(parents, there) !== parent) continue;
      for (const name of strangersOn(there, parent.db, context.db)) left.set(name, (left.get(name) ?? 0) + 1);
    }
  }
  return left;
}

/** What the drawings on a picture are called whose category another run does not have. */
const strangersOn = (there: ImageRow, db: RunDatabase, other: RunDatabase): readonly string[] =>
  db.verdicts.ofImage(there).flatMap((word) => {
    if (word.of !== 'drawn' || sameCategory(word.correction.category, db, other) !== null) return [];
    return db.categories.all().flatMap(({ id, name }) => (id === word.correction.category ? [name] : []));
  });

const nearestWith = (parents: readonly ParentRun[], image: Pick<ImageRow, 'sha256'>): ParentRun | undefined =>
  parents.find(({ db }) => unlabeledIn(db, image) !== undefined);

function unlabeledIn(db: RunDatabase, { sha256 }: Pick<ImageRow, 'sha256'>): ImageRow | undefined {
  const found = db.images.bySha256(sha256);
  return found?.subset === 'unlabeled' ? found : undefined;
}

/**
 * Takes over what stands of people's words about predictions of a picture that were taken over. In the transaction that adds these.
 * @param there the picture's id in the parent
 */
export function takeOverWordsOnPredictions(
  db: RunDatabase,
  parent: ParentRun,
  round: number,
  { id, size }: Pick<ImageRow, 'id' | 'size'>,
  there: ImageId,
): void {
  const ofRound = (word: StoredVerdict): word is WordOnPrediction => word.of === 'prediction' && word.round === round;
  const words = parent.db.verdicts.ofImage({ id: there, size }).filter(ofRound);
  if (words.length === 0) return;
  // The same predictions in the same order.
  const own = db.labeling.predictions(round, { id, size });
  const theirs = parent.db.labeling.predictions(round, { id: there, size });
  for (const word of words) {
    const at = theirs.findIndex((prediction) => prediction.id === word.prediction);
    repeat(db, parent, word, wordOn((own[at] as StoredPrediction).id, word));
  }
}

type WordOnPrediction = Extract<StoredVerdict, { of: 'prediction' }>;

function wordOn(prediction: PredictionId, word: WordOnPrediction): Judgement {
  if (word.verdict !== 'corrected') return { of: 'prediction', prediction, verdict: word.verdict };
  const { category, mask } = word.correction;
  return { of: 'prediction', prediction, verdict: word.verdict, category, mask };
}

/** Said by the same person at the same time. */
function repeat(db: RunDatabase, parent: ParentRun, { who, why, atMs }: StoredVerdict, judgement: Judgement): void {
  db.verdicts.record([judgement], { who, why, atMs, subject: `taken over from ${parent.name}` });
}
