import type { ResolvedConfig } from '../../config/index.ts';
import type { ModelId, PredictionId } from '../../core/index.ts';
import { rle } from '../../core/index.ts';
import { type ImageRow, type LabelLine, listLabels, type RunDatabase, type StoredPrediction, type StoredVerdict } from '../../db/index.ts';
import { labelName, presentPolicy } from '../../pipeline/index.ts';
import { type Policy, thresholdOf } from '../../pseudo/index.ts';
import type { DrawnObject, HumanObject, PictureFacts, PolicyFacts, PredictedObject } from '../contract/image.ts';
import { pictureAddress } from './pictures.ts';

/** Which round's labels of a picture are shown, beside its human ones; null where no round has labeled. */
export interface RoundShown {
  readonly shown: number | null;
  readonly rounds: readonly number[];
}

/** Everything that is said to be on a picture: by the data set, by a round's teacher, and by people since. */
export function pictureFacts(db: RunDatabase, config: ResolvedConfig, image: ImageRow, { shown, rounds }: RoundShown): PictureFacts {
  const policy = shown === null ? null : presentPolicy(db, shown, config, db.rounds.byIndex(shown)?.teacher as ModelId);
  const verdicts = db.verdicts.ofImage(image);
  const against = verdicts.find(({ of }) => of === 'image');
  return {
    id: image.id,
    fileName: image.fileName,
    ...image.size,
    subset: image.subset,
    picture: pictureAddress(image),
    categories: db.categories.all(),
    said: shown === null || policy === null ? null : { round: shown, policy: policyFacts(db, shown, policy) },
    rounds,
    objects: [
      ...humanObjects(db, image),
      ...(shown === null || policy === null ? [] : predictedObjects(db, image, shown, policy)),
      ...verdicts.flatMap(drawnObject),
    ],
    rejected: against === undefined ? null : { who: against.who, why: against.why, atMs: against.atMs },
  };
}

function policyFacts(db: RunDatabase, round: number, policy: Policy): PolicyFacts {
  const { confidence, score, ignoreScore, minMaskStability, minFlipAgreement, minAreaPx2, maskNmsIou, crossCategoryIou, maxPerImage } =
    policy;
  const state = db.rounds.byIndex(round)?.selection.state ?? 'open';
  const limits = { minMaskStability, minFlipAgreement, minAreaPx2, maskNmsIou, crossCategoryIou, maxPerImage };
  return { state, confidence, score, ignoreScore, ...limits };
}

const humanObjects = (db: RunDatabase, image: ImageRow): HumanObject[] =>
  db.groundTruths.ofImage(image).map(({ category, box, mask, crowd, areaPx2 }, at) => ({
    of: 'human',
    name: `h${at + 1}`,
    category,
    box,
    areaPx2,
    mask: rle.countsToString(mask.counts),
    crowd,
  }));

/** More than any teacher says of a picture. */
const MOST_LINES = 100_000;

function predictedObjects(db: RunDatabase, image: ImageRow, round: number, policy: Policy): PredictedObject[] {
  const lines = new Map(listLabels(db, { round, image: image.id }, 'image', MOST_LINES).map((line) => [line.id, line]));
  return db.labeling.predictions(round, image).flatMap((prediction) => {
    const line = lines.get(prediction.id);
    return line === undefined ? [] : [predictedObject(prediction, line, policy)];
  });
}

function predictedObject(prediction: StoredPrediction, { selection, verdict, suspicion }: LabelLine, policy: Policy): PredictedObject {
  const { id, category, box, areaPx2, mask, score, quality } = prediction;
  return {
    of: 'prediction',
    name: nameOf(id),
    id,
    category,
    box,
    areaPx2,
    mask: rle.countsToString(mask.counts),
    score,
    confidence: policy.confidence === 'score-mask' ? score * (quality?.probability ?? 1) : score,
    threshold: thresholdOf(policy, category),
    quality: quality ?? null,
    selection,
    verdict,
    suspicion,
  };
}

function drawnObject(verdict: StoredVerdict): DrawnObject[] {
  if (!('correction' in verdict)) return [];
  const { who, why, atMs, correction } = verdict;
  const { category, box, mask } = correction;
  return [
    {
      of: 'drawn',
      name: verdict.of === 'drawn' ? labelName(verdict) : `c${verdict.prediction}`,
      category,
      box,
      areaPx2: rle.area(mask),
      mask: rle.countsToString(mask.counts),
      corrects: verdict.of === 'prediction' ? nameOf(verdict.prediction) : null,
      who,
      why,
      atMs,
    },
  ];
}

const nameOf = (prediction: PredictionId): string => labelName({ of: 'prediction', prediction });
