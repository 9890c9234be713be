import { SelfpasteError, type Size } from '../core/index.ts';
import type { Detection, DetectionSettings } from '../teacher/index.ts';
import { detectImages } from './processes/detect-images.ts';
import { DEFAULT_LABELING, type LabelerSettings, type Tell } from './processes/labeler-settings.ts';

export interface Picture {
  readonly fileName: string;
  readonly path: string;
}

/** What a model sees in a picture; `unusable` where the picture cannot be read. */
export type ModelDetections =
  | { readonly status: 'detected'; readonly index: number; readonly size: Size; readonly detections: readonly Detection[] }
  | { readonly status: 'unusable'; readonly index: number; readonly reason: string };

export interface PredictOptions {
  /** What counts as a detection, and how the machine is used where not by default. */
  readonly settings: DetectionSettings & Partial<LabelerSettings>;
  readonly stop: AbortSignal;
  readonly onWarning: (text: string) => void;
}

/** Runs a model over pictures in processes of its own, in order. Throws what opening the model throws before the first picture. */
export async function* predictPictures(
  model: string,
  pictures: readonly Picture[],
  { settings, stop, onWarning }: PredictOptions,
): AsyncGenerator<ModelDetections> {
  const images = pictures.map(({ path }, id) => ({ id, path }));
  const tell: Tell = (level, text) => (level === 'warn' ? onWarning(text) : undefined);
  const work = { model, settings: { ...DEFAULT_LABELING, ...settings }, images, count: images.length, stop, tell };
  for await (const outcome of detectImages(work)) {
    if (outcome.status === 'detected') yield { status: 'detected', index: outcome.id, size: outcome.size, detections: outcome.detections };
    else yield { status: 'unusable', index: outcome.id, reason: outcome.reason };
  }
  if (stop.aborted)
    throw new SelfpasteError(
      'INTERRUPTED',
      'Interrupted before every picture was labeled; nothing was written',
      'run the same command again',
    );
}
