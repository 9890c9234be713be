import type { RgbImage } from '../core/index.ts';
import { drawHatched, drawOverlay } from '../dataset/index.ts';
import type { TrainingPicture } from '../pipeline/index.ts';

/** A training picture with its masks; pasted objects carry a plus before their name, ignored regions are hatched in grey. */
export function trainingTile({ picture }: TrainingPicture, classNames: readonly string[]): RgbImage {
  const objects = picture.instances.map(({ classIndex, box, mask, pasted }) => ({
    mask,
    box,
    label: `${pasted ? '+' : ''}${classNames[classIndex]}`,
    colorIndex: classIndex,
  }));
  return drawOverlay(drawHatched(picture.image, picture.ignored), objects);
}
