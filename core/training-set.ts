import type { ClassIndex } from './ids.ts';
import type { Rle } from './mask.ts';
import type { LabelSource } from './sample.ts';
import type { Size } from './size.ts';

/** One labeled object of a picture that the student trains on. */
export interface TrainingInstance {
  readonly classIndex: ClassIndex;
  readonly mask: Rle;
  readonly source: LabelSource;
}

/** A picture that the student trains on; `size` is upright (EXIF applied), as its masks are. */
export interface TrainingImage {
  readonly path: string;
  readonly size: Size;
  readonly instances: readonly TrainingInstance[];
}

/**
 * What a round's student trains on. Donors of Copy-Paste come from `labeled` alone (paper section 4.4, "Data to Copy from"):
 * that list holds human labels only.
 */
export interface TrainingSet {
  readonly classNames: readonly string[];
  readonly labeled: readonly TrainingImage[];
  readonly pseudo: readonly TrainingImage[];
}
