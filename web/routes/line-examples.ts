import { type CategoryId, expectation, type ImageId, type PredictionId, rle, SelfpasteError } from '../../core/index.ts';
import { viewAround } from '../../dataset/index.ts';
import { type ImageRow, type LabelLine, listLabels, type RunDatabase } from '../../db/index.ts';
import { rulingsOf } from '../../pipeline/index.ts';
import { type Policy, selectPseudoLabels, thresholdOf } from '../../pseudo/index.ts';
import type { LineExample, LineExamples } from '../contract/policy.ts';
import { policyAsked, type ThresholdQuestion } from './threshold-question.ts';
import { thumbnailAddress } from './thumbnails.ts';

/** Of each side of the line. */
const EXAMPLES = 8;

/**
 * The predictions of a class whose scores are nearest to its threshold, and what becomes of each beside all others of its picture.
 * @throws SelfpasteError USAGE_NO_CATEGORY
 */
export function lineExamples(db: RunDatabase, question: ThresholdQuestion, asked: string | undefined): LineExamples {
  const { round } = question;
  const category = categoryAsked(db, asked);
  const policy = policyAsked(question);
  const threshold = Math.min(1, thresholdOf(policy, category));
  // The largest number below a threshold.
  const maxScore = threshold * (1 - Number.EPSILON);
  const above = listLabels(db, { round, category, minScore: threshold }, 'score-asc', EXAMPLES);
  const below = threshold === 0 ? [] : listLabels(db, { round, category, maxScore }, 'score-desc', EXAMPLES);
  const example = exampleUnder(db, round, policy);
  return { above: above.map(example), below: below.map(example) };
}

function categoryAsked(db: RunDatabase, asked: string | undefined): CategoryId {
  const found = db.categories.all().find(({ id }) => String(id) === asked);
  if (found !== undefined) return found.id;
  throw new SelfpasteError('USAGE_NO_CATEGORY', expectation('class', 'the id of a class of the run', asked), 'choose a class of the list');
}

type ExampleOf = (line: LabelLine) => LineExample;

/** Decides once about each picture. */
function exampleUnder(db: RunDatabase, round: number, policy: Policy): ExampleOf {
  const known = new Map<ImageId, ReadonlyMap<PredictionId, LineExample['reason']>>();
  const rulings = rulingsOf(db, round);
  const decide = (image: ImageRow) => {
    const decisions = selectPseudoLabels(db.labeling.candidates(round, image), policy, rulings(image.id, policy));
    const reasons = new Map(decisions.map(({ prediction, reason }) => [prediction, reason]));
    known.set(image.id, reasons);
    return reasons;
  };
  return (line) => {
    const image = db.images.byId(line.image);
    if (image === undefined) throw new Error(`Expected image ${line.image}: a foreign key promises it`);
    return exampleOf(db, image, line, (known.get(image.id) ?? decide(image)).get(line.id) ?? 'below-threshold');
  };
}

function exampleOf(db: RunDatabase, image: ImageRow, { id, round, score, box }: LabelLine, reason: LineExample['reason']): LineExample {
  const { fileName, size, sha256 } = image;
  const view = viewAround(box, size);
  const mask = db.labeling.predictions(round, image).find((prediction) => prediction.id === id)?.mask;
  return {
    ...{ prediction: id, image: image.id, fileName, size, view, score, reason },
    thumbnail: thumbnailAddress(String(id), sha256, view),
    mask: mask === undefined ? '' : rle.countsToString(mask.counts),
  };
}
