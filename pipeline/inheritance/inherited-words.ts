import type { ImageId, PredictionId } from '../../core/index.ts';
import type { ImageRow, Judgement, RunDatabase, StoredPrediction, StoredVerdict } from '../../db/index.ts';
import type { ParentRun } from './parent-run.ts';

/**
 * Takes over what stands of people's words about an unlabeled picture itself: what they drew on it, and that nothing is right of what
 * models say of it. In the transaction that adds the picture, so that it is done once.
 */
export function takeOverWordsOnPicture(db: RunDatabase, parent: ParentRun, image: Pick<ImageRow, 'id' | 'sha256' | 'size'>): void {
  const there = parent.db.images.bySha256(image.sha256);
  if (there?.subset !== 'unlabeled') return;
  for (const word of parent.db.verdicts.ofImage(there)) {
    if (word.of === 'image') repeat(db, parent, word, { of: 'image', image: image.id, verdict: 'rejected' });
    if (word.of === 'drawn') {
      const { category, mask } = word.correction;
      repeat(db, parent, word, { of: 'image', image: image.id, verdict: 'drawn', category, mask });
    }
  }
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
