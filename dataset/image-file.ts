import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { areaOf, type RgbImage, SelfpasteError, type Sha256, type Size, sha256, showSize } from '../core/index.ts';
import { type FileProblem, fileProblem } from './file-problem.ts';
import { DEFAULT_LIMITS } from './limits.ts';

// One thread a picture and no operation cache: the callers run several pictures side by side, and glibc would keep the cache for ever.
sharp.concurrency(1);
sharp.cache(false);

const MAX_FILE_BYTES = 1 << 30;
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

/** What the header says of a picture. */
export interface ImageFacts {
  readonly sha256: Sha256;
  /** Upright size: after EXIF orientation. */
  readonly size: Size;
  /** EXIF orientation 1..8; 1 where the file has none or an invalid one. 5..8 swap width and height. */
  readonly orientation: number;
  readonly format: string;
  readonly bytes: number;
}

/**
 * A picture that can be used, or why not. Reasons: `absent`, `unreadable`, `not-a-file`, `empty`, `not-an-image`, `unsupported-format`,
 * `too-large`, `truncated`, `damaged`.
 */
export type ImageProbe = { readonly ok: true; readonly facts: ImageFacts } | { readonly ok: false; readonly problem: FileProblem };

type Loaded =
  | { readonly ok: true; readonly bytes: Buffer; readonly metadata: Metadata }
  | { readonly ok: false; readonly problem: FileProblem };

/**
 * Looks at a picture without throwing. Formats are told by content, not by name.
 * @param check `header` reads no pixels; `pixels` decodes them all, so that a cut off or damaged file is found.
 */
export async function probeImage(
  path: string,
  check: 'header' | 'pixels' = 'header',
  maxPixels = DEFAULT_LIMITS.maxPixels,
): Promise<ImageProbe> {
  const loaded = await load(path, maxPixels);
  if (!loaded.ok) return loaded;
  if (check === 'pixels') {
    const decoded = await decode(loaded.bytes, maxPixels);
    if (!decoded.ok) return decoded;
  }
  return { ok: true, facts: factsOf(loaded.bytes, loaded.metadata) };
}

/**
 * Decodes a picture as the whole project sees it: row-major HxWx3 uint8 sRGB, EXIF orientation applied once. Grey is spread over three channels,
 * 16 bits are scaled to 8 by their high byte (within 1 of /257), CMYK and embedded profiles are converted, palettes are looked up,
 * an animation gives its first frame. Alpha is dropped and the colour kept: a transparent pixel shows the colour that its file stores.
 * Any decoder warning is an error, so that the grey rest of a cut off file is never used.
 * @throws SelfpasteError DATA_BAD_IMAGE
 */
export async function decodeImage(path: string, maxPixels = DEFAULT_LIMITS.maxPixels): Promise<RgbImage> {
  return await decodeBytes(path, await readBytes(path), maxPixels);
}

/** A picture's file, whatever it holds. @throws SelfpasteError DATA_BAD_IMAGE */
export async function readBytes(path: string): Promise<Buffer> {
  const read = await readImageFile(path);
  if (!read.ok) throw badImage(path, read.problem);
  return read.bytes;
}

/** What {@link decodeImage} makes of a file's bytes. @param path for what is said of them @throws SelfpasteError DATA_BAD_IMAGE */
export async function decodeBytes(path: string, bytes: Buffer, maxPixels = DEFAULT_LIMITS.maxPixels): Promise<RgbImage> {
  // Most pictures are sound JPEGs: reading the header apart would cost them a fifth more. What fails is looked at closely below.
  const quick = isJpeg(bytes) ? await decode(bytes, maxPixels) : null;
  if (quick?.ok) return quick.image;
  const header = await readHeader(bytes, maxPixels);
  if (!header.ok) throw badImage(path, header.problem);
  const decoded = await decode(bytes, maxPixels);
  if (!decoded.ok) throw badImage(path, decoded.problem);
  return decoded.image;
}

const isJpeg = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

async function load(path: string, maxPixels: number): Promise<Loaded> {
  const read = await readImageFile(path);
  return read.ok ? await readHeader(read.bytes, maxPixels) : read;
}

async function readHeader(bytes: Buffer, maxPixels: number): Promise<Loaded> {
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'warning' }).metadata();
    const problem = refuseHeader(metadata, maxPixels);
    return problem ? { ok: false, problem } : { ok: true, bytes, metadata };
  } catch (error) {
    return { ok: false, problem: headerProblem(bytes, error) };
  }
}

async function readImageFile(path: string): Promise<{ ok: true; bytes: Buffer } | { ok: false; problem: FileProblem }> {
  try {
    // Asked before opening: a pipe or a device would block for ever.
    const entry = await stat(path);
    if (!entry.isFile()) return problem('not-a-file', 'it is a folder or a device, not a file');
    if (entry.size === 0) return problem('empty', 'the file is empty');
    if (entry.size > MAX_FILE_BYTES)
      return problem('too-large', `the file has ${entry.size} bytes, more than the limit of ${MAX_FILE_BYTES}`);
    return { ok: true, bytes: await readFile(path) };
  } catch (error) {
    return { ok: false, problem: fileProblem(path, error) };
  }
}

function refuseHeader(metadata: Metadata, maxPixels: number): FileProblem | undefined {
  const { format, width, height } = metadata;
  if (!FORMATS.has(format)) return { reason: 'unsupported-format', detail: `pictures of format ${format} are not supported` };
  const size = { width, height };
  if (areaOf(size) <= maxPixels) return undefined;
  return { reason: 'too-large', detail: `it has ${showSize(size)} = ${areaOf(size)} pixels, more than the limit of ${maxPixels}` };
}

function headerProblem(bytes: Buffer, error: unknown): FileProblem {
  if (bytes.subarray(0, 2).toString('latin1') === 'BM')
    return { reason: 'unsupported-format', detail: 'pictures of format bmp are not supported' };
  if (error instanceof Error && /unsupported image format/i.test(error.message))
    return { reason: 'not-an-image', detail: 'its content is not that of a known picture format' };
  return pixelProblem(bytes);
}

async function decode(bytes: Buffer, maxPixels: number): Promise<{ ok: true; image: RgbImage } | { ok: false; problem: FileProblem }> {
  try {
    // libvips knows the size before it decodes, and refuses what is larger.
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
      .autoOrient()
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return problem('damaged', `it decodes to ${info.channels} channels, not 3`);
    const size = { width: info.width, height: info.height };
    return { ok: true, image: { size, data: new Uint8Array(data.buffer, data.byteOffset, data.length) } };
  } catch {
    return { ok: false, problem: pixelProblem(bytes) };
  }
}

// Told by the file's own end mark and not by libvips' message: its error text is shared by all pictures that are being decoded.
function pixelProblem(bytes: Buffer): FileProblem {
  const endMark = bytes[0] === 0x89 ? Buffer.from('IEND') : bytes[0] === 0xff ? Buffer.from([0xff, 0xd9]) : Buffer.alloc(0);
  return bytes.includes(endMark)
    ? { reason: 'damaged', detail: 'its header or pixels cannot be decoded' }
    : { reason: 'truncated', detail: 'the file ends before the picture does' };
}

function factsOf(bytes: Buffer, metadata: Metadata): ImageFacts {
  return {
    sha256: sha256(createHash('sha256').update(bytes).digest('hex')),
    size: { width: metadata.autoOrient.width, height: metadata.autoOrient.height },
    orientation: metadata.orientation ?? 1,
    format: metadata.format,
    bytes: bytes.length,
  };
}

const problem = (reason: string, detail: string) => ({ ok: false, problem: { reason, detail } }) as const;

const badImage = (path: string, { reason, detail }: FileProblem) =>
  new SelfpasteError(
    'DATA_BAD_IMAGE',
    `Expected a picture for ${JSON.stringify(path)}, got ${reason}: ${detail}`,
    'replace the file, or take it out of the data set',
  );
