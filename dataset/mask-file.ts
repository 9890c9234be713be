import { extname } from 'node:path';
import { type Rle, rle, SelfpasteError, type Size, sameSize, showSize } from '../core/index.ts';
import { readSegmentation } from './coco-segmentation.ts';
import { decodeImage } from './image-file.ts';
import { readJson } from './json-file.ts';

/** From this value of any colour on, a pixel of a picture is part of its mask. */
const LIGHT = 128;

/**
 * Reads the mask of one object from a file: a picture that is light where the object is, of the size of its image, or JSON with a COCO
 * segmentation (polygons, RLE, or an annotation that has one). Several parts and holes are kept.
 * @throws SelfpasteError DATA_SIZE_MISMATCH, DATA_BAD_MASK, and as {@link decodeImage} and readJson do
 */
export async function readMaskFile(path: string, size: Size): Promise<Rle> {
  const mask = extname(path).toLowerCase() === '.json' ? await maskOfJson(path, size) : await maskOfPicture(path, size);
  if (rle.area(mask) === 0) throw badMask(path, 'its mask has no pixel');
  return mask;
}

async function maskOfJson(path: string, size: Size): Promise<Rle> {
  const value = await readJson(path);
  const segmentation = typeof value === 'object' && value !== null && 'segmentation' in value ? value.segmentation : value;
  const read = readSegmentation(segmentation, size);
  const problem = read.ok ? read.leftOut[0] : read.problem;
  if (read.ok && problem === undefined) return read.mask;
  throw badMask(path, problem?.detail ?? 'it has no mask');
}

async function maskOfPicture(path: string, size: Size): Promise<Rle> {
  const picture = await decodeImage(path);
  if (!sameSize(picture.size, size))
    throw new SelfpasteError(
      'DATA_SIZE_MISMATCH',
      `Expected the size of the image, ${showSize(size)}, for the mask ${JSON.stringify(path)}, got ${showSize(picture.size)}`,
      'draw the mask on the whole picture, upright and unscaled',
    );
  const data = new Uint8Array(size.width * size.height);
  for (let at = 0; at < data.length; at++)
    if (Math.max(picture.data[3 * at], picture.data[3 * at + 1], picture.data[3 * at + 2]) >= LIGHT) data[at] = 1;
  return rle.encode({ size, data });
}

const badMask = (path: string, detail: string): SelfpasteError =>
  new SelfpasteError(
    'DATA_BAD_MASK',
    `Expected the mask of an object for ${JSON.stringify(path)}, got: ${detail}`,
    'write a picture that is white on the object and black elsewhere, or a COCO segmentation as JSON',
  );
