import type { AugmentRecipe, DropReason, Occlusion, Placement } from '../../augment/index.ts';
import type { Box, LabelSource, Size } from '../../core/index.ts';

/** The rounds that have begun to train, and the one that is looked at (`GET /api/training`). */
export interface TrainedRounds {
  /** By index. */
  readonly rounds: readonly number[];
  /** Null where none has begun. */
  readonly shown: TrainedRound | null;
}

export interface TrainedRound {
  readonly round: number;
  /** Name of what it trains on: another one where it is trained anew, on another set or by other settings. */
  readonly set: string;
  /** Of the whole training; one that is stopped early does fewer. */
  readonly steps: number;
  readonly stepsDone: number;
  /** Whether no more steps are to come. */
  readonly isOver: boolean;
  /** Pictures a step. */
  readonly batchSize: number;
  readonly classNames: readonly string[];
  readonly recipe: AugmentRecipe;
}

/** A picture that the trainer saw, or will see (`GET /api/training/ROUND/STEP/SLOT`). */
export interface SeenPicture {
  readonly round: number;
  /** From 0. */
  readonly step: number;
  /** Place in the batch, from 0. */
  readonly slot: number;
  readonly size: Size;
  /** Address of its pixels as they are, without loss; no other pixels ever have it. */
  readonly picture: string;
  /** Of its RGB bytes row by row, as `selfpaste augment replay` says it. */
  readonly sha256: string;
  readonly main: SeenSource;
  /** Who labeled the picture underneath: people, or a teacher. */
  readonly stream: 'labeled' | 'pseudo';
  /** Where pasted objects come from; null where none were chosen. */
  readonly donor: SeenSource | null;
  /** What is learned, the main picture's before the pasted ones; then what was dropped. */
  readonly objects: readonly SeenObject[];
  /** Masks of what is neither object nor background. */
  readonly ignored: readonly string[];
}

/** A picture of the data set, and where it lies on the training picture. */
export interface SeenSource {
  readonly image: number;
  readonly fileName: string;
  readonly placement: Placement;
}

/** An object, in pixels of the training picture. */
export interface SeenObject {
  /** `o1`, `o2`, ... */
  readonly name: string;
  readonly classIndex: number;
  readonly source: LabelSource;
  readonly pasted: boolean;
  /** The one to learn; of a dropped object, where it is or would be, also beyond the picture. */
  readonly box: Box;
  /** Of the mask. */
  readonly areaPx2: number;
  /** What is visible of it, as COCO's compressed run lengths; of an occluded one, what would be. */
  readonly mask: string;
  /** Why it is not learned; null for what is. */
  readonly dropped: DropReason | null;
  /** Of an occluded one, how little of it can be seen and the rule that it fell by; null for the others. */
  readonly occlusion: Occlusion | null;
}
