import { SelfpasteError, type Size } from '../core/index.ts';
import type { Detection, TeacherSettings } from '../teacher/index.ts';
import { detectImages } from './processes/detect-images.ts';

export interface Picture {
  readonly fileName: string;
  readonly path: string;
}

/** What a model sees in a picture; `unusable` where the picture cannot be read. */
export type ModelDetections =
  | { readonly status: 'detected'; readonly index: number; readonly size: Size; readonly detections: readonly Detection[] }
  | { readonly status: 'unusable'; readonly index: number; readonly reason: string };

export interface PredictOptions {
  readonly settings: TeacherSettings;
  readonly stop: AbortSignal;
  readonly onWarning: (text: string) => void;
}

/** Runs a model over pictures in a process of its own, in order. Throws what opening the model throws before the first picture. */
export async function* predictPictures(
  model: string,
  pictures: readonly Picture[],
  { settings, stop, onWarning }: PredictOptions,
): AsyncGenerator<ModelDetections> {
  const images = pictures.map(({ path }, id) => ({ id, path }));
  const onRestart = (error: Error) => onWarning(`${error.message}; started again`);
  for await (const outcome of detectImages({ model, settings, images, stop, onRestart })) {
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
