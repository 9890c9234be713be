import sharp from 'sharp';
import { areaOf, type BitMask } from '../../core/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';

/** A mask as a PNG of grey 0 and 1, as LabelMe writes it. */
export function pngOfMask({ size: { width, height }, data }: BitMask): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** The mask of a PNG: what is not black. Null for bytes that are no such picture. */
export async function maskOfPng(bytes: Uint8Array): Promise<BitMask | null> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: DEFAULT_LIMITS.maxPixels, failOn: 'warning' })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const size = { width: info.width, height: info.height };
    const pixels = new Uint8Array(areaOf(size));
    for (let at = 0; at < data.length; at++) if (data[at] !== 0) pixels[Math.floor(at / info.channels)] = 1;
    return { size, data: pixels };
  } catch {
    return null;
  }
}
