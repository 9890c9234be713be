import { expectation, imageId, SelfpasteError } from '../../core/index.ts';
import type { ImageRow, RunDatabase } from '../../db/index.ts';

/** The image of an address. @throws SelfpasteError USAGE_NO_IMAGE */
export function imageAsked(db: RunDatabase, text: string): ImageRow {
  const image = /^\d{1,15}$/.test(text) ? db.images.byId(imageId(Number(text))) : undefined;
  if (image !== undefined) return image;
  throw new SelfpasteError(
    'USAGE_NO_IMAGE',
    expectation('image', 'the id of an image of this run', text),
    'go back to the labels, and open a picture from there',
  );
}
