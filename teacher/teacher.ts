import type { Box, ClassIndex, MaskQuality, RgbImage, Rle } from '../core/index.ts';
import type { Contract } from './contract.ts';
import type { RuntimeSettings } from './runtime.ts';

/** An object that a model sees, in the model's own classes and in pixels of the original picture. Score 0..1; the mask is never empty. */
export interface Detection {
  readonly classIndex: ClassIndex;
  readonly score: number;
  readonly box: Box;
  readonly mask: Rle;
  /** Absent where the model's masks are of zeros and ones. */
  readonly quality?: MaskQuality;
}

/** What of a model's output counts as a detection. */
export interface DetectionSettings {
  /** Lowest score that is kept, 0..1. */
  readonly floor: number;
  /** Of two boxes of one class that overlap more than this IoU (0..1), the one with the lower score goes. */
  readonly nmsIou: number;
  /** Most detections in one picture, best scores first; 1 or more. */
  readonly maxDetections: number;
}

export interface TeacherSettings extends DetectionSettings, RuntimeSettings {}

/** A model that finds objects in pictures. The same picture always gives the same detections. */
export interface Teacher {
  readonly contract: Contract;
  /** By class index; null for an index that is never predicted. */
  readonly classNames: readonly (string | null)[];
  /**
   * Detections by falling score. Calls queue up: one picture at a time.
   * Throws MODEL_NOT_FINITE for output that holds NaN or infinity, MODEL_RUN_FAILED for a model that cannot run.
   */
  detect(image: RgbImage): Promise<readonly Detection[]>;
  /** As {@link detect} for each picture, in order; in as few runs as the model's batch allows. */
  detectBatch(images: readonly RgbImage[]): Promise<readonly (readonly Detection[])[]>;
  /** Frees the model. May be called again; detect may not. */
  close(): Promise<void>;
}
