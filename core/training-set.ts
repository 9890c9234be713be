import type { ClassIndex } from './ids.ts';
import type { Rle } from './mask.ts';
import type { HumanSource, LabelSource } from './sample.ts';
import type { Size } from './size.ts';

/** One labeled object of a picture that the student trains on. */
export interface TrainingInstance<Source extends LabelSource = LabelSource> {
  readonly classIndex: ClassIndex;
  readonly mask: Rle;
  readonly source: Source;
}

/** A picture that the student trains on; `size` is upright (EXIF applied), as its masks are. */
export interface TrainingImage<Source extends LabelSource = LabelSource> {
  readonly path: string;
  readonly size: Size;
  readonly instances: readonly TrainingInstance<Source>[];
  /** Neither object nor background: crowds in what people labeled, and what a teacher was not sure of. Never copied from. */
  readonly ignored: readonly Rle[];
}

/** A picture whose every object was labeled by a human hand. */
export type LabeledTrainingImage = TrainingImage<HumanSource>;

/**
 * What a round's student trains on. Donors of Copy-Paste come from `labeled` and `donated` alone (paper section 4.4, "Data to Copy from"):
 * these lists hold human labels only, by their type.
 */
export interface TrainingSet {
  readonly classNames: readonly string[];
  readonly labeled: readonly LabeledTrainingImage[];
  readonly pseudo: readonly TrainingImage[];
  /** Unlabeled pictures with those of their objects that a person vouched for as donors; never trained on as pictures. */
  readonly donated: readonly LabeledTrainingImage[];
}

/** Pictures that objects are copied from, in the order in which a donor's index counts them. */
export const donorImages = ({ labeled, donated }: TrainingSet): readonly LabeledTrainingImage[] =>
  donated.length === 0 ? labeled : [...labeled, ...donated];

/** The picture of a donor's index; undefined where the set has none. */
export const donorImage = ({ labeled, donated }: TrainingSet, index: number): LabeledTrainingImage | undefined =>
  labeled[index] ?? donated[index - labeled.length];
