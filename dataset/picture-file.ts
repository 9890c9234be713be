import sharp from 'sharp';
import type { RgbImage, Size } from '../core/index.ts';
import { writeFileAtomic } from './atomic-file.ts';

/** Writes a picture as PNG, whole or not at all. @throws SelfpasteError ENVIRONMENT_DISK_FULL, ENVIRONMENT_NOT_WRITABLE */
export async function writePng(path: string, image: RgbImage): Promise<void> {
  await writeFileAtomic(path, await sharpOf(image).png().toBuffer());
}

/** Writes a picture as JPEG of high quality without colour subsampling. @throws as {@link writePng} */
export async function writeJpeg(path: string, image: RgbImage): Promise<void> {
  await writeFileAtomic(path, await sharpOf(image).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer());
}

const GAP_PX = 6;
const BACKGROUND = { r: 24, g: 26, b: 31 };

/** Tiles in rows of `columns`, each `tileWidth` px wide with its own proportions, on a dark ground. At least one tile. */
export async function contactSheet(tiles: readonly RgbImage[], columns: number, tileWidth: number): Promise<RgbImage> {
  const sizes = tiles.map(({ size }) => ({ width: tileWidth, height: Math.max(1, Math.round((size.height * tileWidth) / size.width)) }));
  const { corners, size } = layOut(sizes, columns, tileWidth);
  const layers = await Promise.all(
    tiles.map(async (tile, index) => {
      const { width, height } = sizes[index]!;
      // Enlarged pictures keep their pixels visible.
      const kernel = width > 2 * tile.size.width ? 'nearest' : 'lanczos3';
      const input = await sharpOf(tile).resize({ width, height, fit: 'fill', kernel }).png({ compressionLevel: 0 }).toBuffer();
      return { input, ...corners[index]! };
    }),
  );
  const sheet = sharp({ create: { ...size, channels: 3, background: BACKGROUND } });
  return { size, data: new Uint8Array(await sheet.composite(layers).removeAlpha().raw().toBuffer()) };
}

function layOut(sizes: readonly Size[], columns: number, tileWidth: number): { corners: { left: number; top: number }[]; size: Size } {
  const corners: { left: number; top: number }[] = [];
  let top = GAP_PX;
  for (let first = 0; first < sizes.length; first += columns) {
    const row = sizes.slice(first, first + columns);
    for (const column of row.keys()) corners.push({ left: GAP_PX + column * (tileWidth + GAP_PX), top });
    top += Math.max(...row.map(({ height }) => height)) + GAP_PX;
  }
  const used = Math.min(columns, sizes.length);
  return { corners, size: { width: GAP_PX + used * (tileWidth + GAP_PX), height: top } };
}

const sharpOf = ({ size, data }: RgbImage) => sharp(data, { raw: { width: size.width, height: size.height, channels: 3 } });
