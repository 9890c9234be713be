import sharp from 'sharp';
import { type Box, boxHeight, boxWidth, clipBox, type RgbImage } from '../core/index.ts';

/**
 * A part of a picture as WebP, `side` px wide and high; clear where the part lies beyond the picture.
 * @param view square, in whole pixels, as {@link viewAround} has it
 */
export async function drawThumbnail(image: RgbImage, view: Box, side: number): Promise<Buffer> {
  const shown = clipBox(view, image.size);
  const zoom = side / boxWidth(view);
  const [left, top] = [Math.round((shown.x1 - view.x1) * zoom), Math.round((shown.y1 - view.y1) * zoom)];
  const width = Math.max(1, Math.min(side - left, Math.round(boxWidth(shown) * zoom)));
  const height = Math.max(1, Math.min(side - top, Math.round(boxHeight(shown) * zoom)));
  return await sharp(image.data, { raw: { ...image.size, channels: 3 } })
    .extract({ left: shown.x1, top: shown.y1, width: boxWidth(shown), height: boxHeight(shown) })
    .resize({ width, height, fit: 'fill', kernel: zoom > 3 ? 'nearest' : 'lanczos3' })
    .extend({ left, top, right: side - left - width, bottom: side - top - height, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ quality: 82, effort: 2 })
    .toBuffer();
}
