import sharp from 'sharp';
import type { RgbImage } from '../core/index.ts';

/** A picture for a browser: its very pixels. Little is won by compressing longer what is looked at once. */
export async function encodePng({ size, data }: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  const picture = sharp(data, { raw: { ...size, channels: 3 } });
  return new Uint8Array(await picture.png({ compressionLevel: 3 }).toBuffer());
}
