import sharp, { type Sharp } from 'sharp';
import { areaOf, expectation, type RgbImage, SelfpasteError, type Size, sameSize, showSize, type TrainingImage } from '../core/index.ts';
import type { AugmentRecipe } from './recipe.ts';

/** Some 145 pictures of 640x480, which is all of many labeled sets. */
const defaultLimitBytes = 128 * 2 ** 20;

interface Kept {
  readonly picture: Promise<RgbImage>;
  bytes: number;
}

/**
 * Decodes pictures, and keeps those that were used last: decoding costs more than all the rest of a sample, and donors come from few
 * pictures. A picture is decoded no larger than the recipe's largest scale shows it. What a store keeps never changes what it returns.
 */
export class PictureStore {
  readonly #largestSide: number;
  readonly #limitBytes: number;
  /** By path, the least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #keptBytes = 0;

  /** @param limitBytes what is kept at most, decoded */
  constructor({ canvas, jitter }: AugmentRecipe, limitBytes: number = defaultLimitBytes) {
    this.#limitBytes = limitBytes;
    this.#largestSide = Math.ceil(Math.max(canvas.width, canvas.height) * Math.max(jitter.labeled.to, jitter.pseudo.to, jitter.donor.to));
  }

  /** @throws SelfpasteError DATA_UNREADABLE_PICTURE when the file is gone or damaged, DATA_CHANGED_PICTURE when its size is not that of its masks */
  read(image: TrainingImage): Promise<RgbImage> {
    const { path } = image;
    const entry = this.#kept.get(path) ?? { picture: decode(image, this.#largestSide), bytes: 0 };
    if (this.#kept.delete(path)) this.#kept.set(path, entry);
    else this.#keep(path, entry);
    return entry.picture;
  }

  #keep(path: string, entry: Kept): void {
    this.#kept.set(path, entry);
    entry.picture.then(
      ({ data }) => this.#account(path, entry, data.length),
      () => this.#kept.delete(path),
    );
  }

  #account(path: string, entry: Kept, bytes: number): void {
    if (this.#kept.get(path) !== entry) return;
    entry.bytes = bytes;
    this.#keptBytes += bytes;
    for (const [oldest, kept] of this.#kept) {
      if (this.#keptBytes <= this.#limitBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= kept.bytes;
    }
  }
}

async function decode({ path, size }: TrainingImage, largestSide: number): Promise<RgbImage> {
  const factor = largestSide / Math.max(size.width, size.height);
  return factor < 1 ? await decodeShrunk(path, size, factor) : await decodeWhole(path, size);
}

async function decodeWhole(path: string, size: Size): Promise<RgbImage> {
  const picture = await readable(path, () => toRgb(open(path, size)));
  if (!sameSize(picture.size, size)) throw changedPicture(path, size, picture.size);
  return picture;
}

async function decodeShrunk(path: string, size: Size, factor: number): Promise<RgbImage> {
  const found = await readable(path, () => open(path, size).metadata());
  if (!sameSize(found.autoOrient, size)) throw changedPicture(path, size, found.autoOrient);
  return await readable(path, async () => {
    const picture = found.hasAlpha ? await withoutAlpha(path, size) : open(path, size);
    return await toRgb(picture.resize(shrunk(size.width, factor), shrunk(size.height, factor), { fit: 'fill', kernel: 'linear' }));
  });
}

const shrunk = (side: number, factor: number): number => Math.max(1, Math.round(side * factor));

/** Damage is judged when a picture is imported; one that was accepted must not stop a training. Nothing larger than it was is decoded. */
const open = (path: string, size: Size): Sharp => sharp(path, { failOn: 'none', limitInputPixels: areaOf(size) }).autoOrient();

async function toRgb(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture.removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { size: { width: info.width, height: info.height }, data };
}

/** libvips weighs colours by alpha when it resizes, but the colours of a picture are those under its alpha, as at import. */
async function withoutAlpha(path: string, size: Size): Promise<Sharp> {
  const picture = await toRgb(open(path, size));
  return sharp(picture.data, { raw: { ...picture.size, channels: 3 } });
}

async function readable<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SelfpasteError(
      'DATA_UNREADABLE_PICTURE',
      `${expectation('training picture', 'a readable file', path)}: ${why}`,
      'put the file back as it was when it was imported, then resume the run',
      error,
    );
  }
}

function changedPicture(path: string, expected: Size, found: Size): SelfpasteError {
  return new SelfpasteError(
    'DATA_CHANGED_PICTURE',
    expectation(`training picture ${path}`, `a size of ${showSize(expected)}`, showSize(found)),
    'put the file back as it was when it was imported, then resume the run: its masks no longer fit it',
  );
}
