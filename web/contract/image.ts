import type { Box, MaskQuality, Suspicion } from '../../core/index.ts';
import type { DonationFacts, LineageStep, PastVerdict, RoundChange, Selection, Subset } from '../../db/index.ts';

/** What every object of a picture has. */
interface Outlined {
  /** `h1` by a human hand in the data set, `p12` said by a model, `d3` drawn by a person since. */
  readonly name: string;
  /** Id of its class. */
  readonly category: number;
  readonly box: Box;
  readonly areaPx2: number;
  /** COCO's compressed run lengths, at the size of the picture. */
  readonly mask: string;
}

/** A human label of the data set. Crowd regions are ignored in training and in evaluation. */
export interface HumanObject extends Outlined {
  readonly of: 'human';
  readonly crowd: boolean;
}

/** Something that a model said, and what became of it. */
export interface PredictedObject extends Outlined {
  readonly of: 'prediction';
  readonly id: number;
  readonly score: number;
  /** What thresholds compare, 0..1. */
  readonly confidence: number;
  /** Least confidence that its class needed. */
  readonly threshold: number;
  readonly quality: MaskQuality | null;
  readonly selection: Selection;
  /** What a person says of itself, and that stands. */
  readonly verdict: 'accepted' | 'rejected' | 'corrected' | null;
  /** The strongest that is held against it. */
  readonly suspicion: Pick<Suspicion, 'kind' | 'strength'> | null;
}

/** What a person drew, as it stands: an object of its own, or another shape or class for a prediction. */
export interface DrawnObject extends Outlined {
  readonly of: 'drawn';
  /** Name of the prediction in whose place it stands. */
  readonly corrects: string | null;
  readonly who: string;
  readonly why: string;
  readonly atMs: number;
}

export type PictureObject = HumanObject | PredictedObject | DrawnObject;

/** What of a policy is said beside a picture; 0..1, and px2. */
export interface PolicyFacts {
  readonly state: 'frozen' | 'open';
  readonly confidence: 'score' | 'score-mask';
  readonly score: number;
  readonly ignoreScore: number | null;
  readonly minMaskStability: number | null;
  readonly minFlipAgreement: number | null;
  readonly minAreaPx2: number;
  readonly maskNmsIou: number;
  readonly crossCategoryIou: number;
  readonly maxPerImage: number;
}

/** What was said of a picture in a round; null where no round labeled any. */
export interface RoundOfPicture {
  readonly round: number;
  readonly policy: PolicyFacts;
}

/** A picture with everything that is said to be on it. */
export interface PictureFacts {
  readonly id: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly subset: Subset;
  /** Address of its pixels, that no other content ever has. */
  readonly picture: string;
  readonly categories: readonly { readonly id: number; readonly name: string; readonly classIndex: number }[];
  readonly said: RoundOfPicture | null;
  /** Rounds that there are, to look at it in. */
  readonly rounds: readonly number[];
  readonly objects: readonly PictureObject[];
  /** Where a person spoke against the whole picture. */
  readonly rejected: { readonly who: string; readonly why: string; readonly atMs: number } | null;
}

/** What is known of a prediction beside its picture: what people said of it, and what it was and became. */
export interface LabelHistory {
  readonly name: string;
  readonly round: number;
  readonly model: { readonly role: string; readonly round: number };
  readonly changes: readonly RoundChange[];
  /** Strongest first. */
  readonly suspicions: readonly Suspicion[];
  /** Oldest first. */
  readonly verdicts: readonly PastVerdict[];
  readonly donations: readonly DonationFacts[];
  /** The same object by round, itself left out. */
  readonly line: readonly LineageStep[];
}

/** What comes before and after a label in a query; null at its ends. */
export interface NeighboursAnswer {
  readonly previous: NeighbourLabel | null;
  readonly next: NeighbourLabel | null;
}

export interface NeighbourLabel {
  readonly name: string;
  readonly image: number;
}

/** What the policy would decide about a picture's predictions under one threshold for all classes; by name. */
export interface PreviewAnswer {
  readonly threshold: number;
  readonly decisions: Readonly<Record<string, { readonly status: 'kept' | 'dropped'; readonly reason: string }>>;
}
