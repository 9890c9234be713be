import type { PictureFacts, PictureObject, PolicyFacts, PredictedObject } from '../../contract/image.ts';
import type { Decided } from './threshold.ts';

/** Why a prediction was kept or dropped, as a sentence; `threshold` is the one that applied. */
export function reasonText(object: PredictedObject, { reason }: Decided, policy: PolicyFacts, threshold: number): string {
  const confidence = `${policy.confidence === 'score' ? 'Its score' : 'Its score times the mean probability of its mask'} of ${object.confidence.toFixed(3)}`;
  const stability = object.quality?.stability.toFixed(2) ?? 'not measured';
  const flip = object.quality?.flipAgreement?.toFixed(2) ?? 'not measured';
  const sentences: Readonly<Record<string, string>> = {
    score: `${confidence} reaches the threshold of ${threshold.toFixed(3)}.`,
    accepted: 'A person accepted it, or the same object in another round.',
    rejected: 'A person rejected it, the same object in another round, or the whole picture.',
    replaced: 'A person drew another shape or class for the object.',
    'below-threshold': `${confidence} is below the threshold of ${threshold.toFixed(3)}.`,
    unsure: `${confidence} is below the threshold of ${threshold.toFixed(3)}, but not below ${policy.ignoreScore ?? 0}, from where it may be an object: neither object nor background.`,
    unstable: `Sure enough, but its mask is not: stability ${stability} (at least ${policy.minMaskStability ?? 'any'}), flip agreement ${flip} (at least ${policy.minFlipAgreement ?? 'any'}). Neither object nor background.`,
    'too-small': `Its ${object.areaPx2} px² are below the least area of ${policy.minAreaPx2} px².`,
    'empty-mask': 'Its mask has no pixel.',
    duplicate: `It overlaps a label that goes first by more than IoU ${policy.maskNmsIou} (${policy.crossCategoryIou} where that is of another class).`,
    'too-many': `The picture has ${policy.maxPerImage} better labels, and no more are kept.`,
    'not decided yet': 'The round has not selected its labels yet.',
  };
  return sentences[reason] ?? reason;
}

/** What each kind of suspicion means. */
export const SUSPICION_WORDS: Readonly<Record<string, string>> = {
  disagreement: 'two rounds say different things of it',
  split: 'one object as two',
  merged: 'two objects as one',
  'unlike-before': 'of another class than in the rounds before',
  'stray-pixels': 'parts far from its body',
  cut: 'ends in a straight line at a border',
};

export const CHANGE_WORDS: Readonly<Record<string, string>> = {
  born: 'was not there in the round before',
  kept: 'as in the round before',
  reclassified: 'had another class in the round before',
  grew: 'larger than in the round before',
  shrank: 'smaller than in the round before',
  died: 'no longer there',
};

export const classNameOf = ({ categories }: PictureFacts, category: number): string =>
  categories.find(({ id }) => id === category)?.name ?? String(category);

/** What an object is, in a few words. */
export function objectTitle(facts: PictureFacts, object: PictureObject): string {
  const name = classNameOf(facts, object.category);
  return object.of === 'prediction' ? `${name} ${object.score.toFixed(2)}` : name;
}

export const timeText = (atMs: number): string => new Date(atMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
