import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type BitMask, type Rle, rle } from '../core/index.ts';
import { readMaskFile } from './mask-file.ts';
import { writePng } from './picture-file.ts';
import { withFolder } from './test-pictures.ts';

const size = { width: 24, height: 16 };
/** A ring with a hole and a second part. */
const ring = rle.subtract(rle.fromBox(size, { x1: 2, y1: 2, x2: 12, y2: 12 }), rle.fromBox(size, { x1: 5, y1: 5, x2: 8, y2: 8 }));
const MASK = rle.union([ring, rle.fromBox(size, { x1: 18, y1: 3, x2: 22, y2: 6 })]);

const greyOf = ({ data }: BitMask, light: number) =>
  Uint8Array.from({ length: 3 * data.length }, (_, at) => light * data[Math.floor(at / 3)]);
const json = ({ counts }: Rle) => ({ size: [size.height, size.width], counts: rle.countsToString(counts) });

/** Writes a file and reads it as a mask. */
const readBack = (name: string, content: string): Promise<Rle> =>
  withFolder(async (folder) => {
    await writeFile(join(folder, name), content);
    return await readMaskFile(join(folder, name), size);
  });

describe('readMaskFile', () => {
  it('keeps holes and several parts of a picture', () =>
    withFolder(async (folder) => {
      for (const light of [255, 128]) {
        await writePng(join(folder, 'mask.png'), { size, data: greyOf(rle.decode(MASK), light) });
        assert.deepEqual(await readMaskFile(join(folder, 'mask.png'), size), MASK);
      }
    }));

  it('reads COCO RLE, a whole annotation, and polygons', async () => {
    assert.deepEqual(await readBack('rle.json', JSON.stringify(json(MASK))), MASK);
    assert.deepEqual(await readBack('annotation.JSON', JSON.stringify({ id: 3, segmentation: json(MASK) })), MASK);
    const square = await readBack('polygons.json', '[[2, 2, 6, 2, 6, 6, 2, 6], [10, 2, 12, 2, 12, 4, 10, 4]]');
    assert.equal(rle.area(square), 20);
  });

  it('refuses a picture of another size', () =>
    withFolder(async (folder) => {
      const other = { width: 16, height: 24 };
      await writePng(join(folder, 'mask.png'), { size: other, data: new Uint8Array(3 * 16 * 24).fill(255) });
      await assert.rejects(readMaskFile(join(folder, 'mask.png'), size), {
        code: 'DATA_SIZE_MISMATCH',
        message: /^Expected the size of the image, 24x16, for the mask ".*mask\.png", got 16x24$/,
        hint: 'draw the mask on the whole picture, upright and unscaled',
      });
    }));

  const REFUSED: readonly (readonly [what: string, content: string, says: RegExp])[] = [
    ['an RLE of another size', '{"size":[2,2],"counts":"04"}', /24x16.*2x2/],
    ['no segmentation', '{"bbox":[0,0,2,2]}', /RLE size/],
    ['nothing inside the image', '[[100,100,110,100,110,110]]', /no pixel/],
    ['a part that is no polygon', '[[2,2,6,2,6,6,2,6],[1,2,3]]', /polygon/],
    ['null', 'null', /no mask/],
  ];
  for (const [what, content, says] of REFUSED)
    it(`refuses ${what}`, async () => {
      await assert.rejects(readBack('mask.json', content), { code: 'DATA_BAD_MASK', message: says });
    });

  it('refuses a picture that is black everywhere', () =>
    withFolder(async (folder) => {
      await writePng(join(folder, 'mask.png'), { size, data: new Uint8Array(3 * 24 * 16) });
      await assert.rejects(readMaskFile(join(folder, 'mask.png'), size), { code: 'DATA_BAD_MASK', message: /its mask has no pixel/ });
    }));
});
