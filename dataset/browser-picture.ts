import sharp, { type Metadata } from 'sharp';
import type { RgbImage } from '../core/index.ts';
import { decodeBytes } from './image-file.ts';
import { type ImportedFile, readImported } from './imported-image.ts';

/** A picture in a format that every browser shows, upright. */
export interface BrowserPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Media type. */
  readonly type: string;
}

/**
 * A picture for a browser, with the pixels that {@link decodeImage} gives: its own file where a browser makes the same of it, else as JPEG
 * where its file is lossy, too, and as PNG where it is not.
 * @throws SelfpasteError DATA_PICTURE_CHANGED for a file with other bytes, DATA_BAD_IMAGE
 */
export async function browserPicture(file: ImportedFile): Promise<BrowserPicture> {
  // What was hashed is what is sent, even where somebody writes to the file meanwhile.
  const bytes = await readImported(file);
  const metadata = await sharp(bytes).metadata();
  if (isShownRightly(metadata)) return { bytes: new Uint8Array(bytes), type: `image/${metadata.format}` };
  return await encode(await decodeBytes(file.path, bytes), LOSSY.has(metadata.format) ? 'jpeg' : 'png');
}

const SHOWN: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp']);
const LOSSY: ReadonlySet<string> = new Set(['jpeg', 'heif']);

/** Browsers show transparency, animations and CMYK in ways of their own, and not all of them turn what a canvas is given. */
function isShownRightly({ format, orientation = 1, hasAlpha, pages = 1, space, depth }: Metadata): boolean {
  return SHOWN.has(format) && orientation === 1 && !hasAlpha && pages === 1 && ['srgb', 'b-w'].includes(space) && depth === 'uchar';
}

async function encode({ size, data }: RgbImage, format: 'jpeg' | 'png'): Promise<BrowserPicture> {
  const picture = sharp(data, { raw: { ...size, channels: 3 } });
  const encoded = format === 'png' ? picture.png({ compressionLevel: 3 }) : picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
  return { bytes: new Uint8Array(await encoded.toBuffer()), type: `image/${format}` };
}
