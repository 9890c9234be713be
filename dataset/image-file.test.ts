import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { decodeImage, probeImage } from './image-file.ts';
import { halves, pixelAt, sharpOf, withFolder } from './test-pictures.ts';

const size = { width: 40, height: 20 };

/** How an upright picture is stored so that each EXIF orientation brings it back. */
const STORED = [
  { orientation: 1, turn: 0, flop: false, flip: false },
  { orientation: 2, turn: 0, flop: true, flip: false },
  { orientation: 3, turn: 180, flop: false, flip: false },
  { orientation: 4, turn: 0, flop: false, flip: true },
  { orientation: 5, turn: 270, flop: false, flip: true },
  { orientation: 6, turn: 270, flop: false, flip: false },
  { orientation: 7, turn: 90, flop: false, flip: true },
  { orientation: 8, turn: 90, flop: false, flip: false },
];

describe('decodeImage', () => {
  for (const { orientation, turn, flop, flip } of STORED)
    it(`applies EXIF orientation ${orientation} exactly once`, () =>
      withFolder(async (folder) => {
        const path = join(folder, 'a.png');
        const turned = await sharp(await sharpOf(halves(size)).png().toBuffer())
          .rotate(turn)
          .png()
          .toBuffer();
        await sharp(turned).flop(flop).flip(flip).withMetadata({ orientation }).png().toFile(path);
        const image = await decodeImage(path);
        assert.deepEqual(image, halves(size));
        const probe = await probeImage(path);
        assert.ok(probe.ok);
        assert.deepEqual(probe.facts.size, size);
        assert.equal(probe.facts.orientation, orientation);
      }));

  it('scales 16 bits to 8 by the high byte', () =>
    withFolder(async (folder) => {
      const values = Uint16Array.of(0, 255, 257, 300, 0x8000, 0xabcd, 0xff00, 0xffff);
      await sharp(values, { raw: { width: 8, height: 1, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toFile(join(folder, 'a.png'));
      const { data } = await decodeImage(join(folder, 'a.png'));
      const WITHIN_ONE_LEVEL = 1;
      for (const [at, value] of values.entries())
        for (const channel of data.subarray(3 * at, 3 * at + 3))
          assert.ok(Math.abs(channel - value / 257) <= WITHIN_ONE_LEVEL, `${value}: ${channel}`);
    }));

  it('spreads grey over three channels and keeps its values', () =>
    withFolder(async (folder) => {
      await sharp(Uint8Array.of(0, 100, 255), { raw: { width: 3, height: 1, channels: 1 } })
        .png()
        .toFile(join(folder, 'a.png'));
      assert.deepEqual([...(await decodeImage(join(folder, 'a.png'))).data], [0, 0, 0, 100, 100, 100, 255, 255, 255]);
    }));

  it('drops alpha and keeps the colour underneath', () =>
    withFolder(async (folder) => {
      await sharp(Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 255), { raw: { width: 2, height: 1, channels: 4 } })
        .png()
        .toFile(join(folder, 'a.png'));
      assert.deepEqual([...(await decodeImage(join(folder, 'a.png'))).data], [10, 20, 30, 40, 50, 60]);
    }));

  it('looks palettes up, takes the first frame of an animation and knows formats by content', () =>
    withFolder(async (folder) => {
      await sharpOf(halves(size)).png({ palette: true }).toFile(join(folder, 'palette.png'));
      assert.deepEqual(await decodeImage(join(folder, 'palette.png')), halves(size));
      const frames = await sharp(
        await sharpOf({ size: { width: 40, height: 40 }, data: new Uint8Array([...halves(size).data, ...new Uint8Array(2400)]) })
          .png()
          .toBuffer(),
      )
        .gif()
        .toBuffer();
      await writeFile(join(folder, 'picture.jpg'), frames);
      assert.deepEqual(pixelAt(await decodeImage(join(folder, 'picture.jpg')), 5, 5), [200, 0, 0]);
    }));
});

describe('probeImage', () => {
  it('states the facts of a file', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.jpg');
      await sharpOf(halves(size)).jpeg().toFile(path);
      const bytes = await readFile(path);
      const probe = await probeImage(path, 'pixels');
      assert.ok(probe.ok);
      assert.deepEqual(probe.facts, {
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size,
        orientation: 1,
        format: 'jpeg',
        bytes: bytes.length,
      });
    }));

  it('refuses what is no usable picture, each with its reason', () =>
    withFolder(async (folder) => {
      const jpeg = await sharpOf(halves({ width: 200, height: 200 }))
        .jpeg()
        .toBuffer();
      const png = await sharpOf(halves(size)).png().toBuffer();
      const damaged = Buffer.from(png);
      damaged.fill(0x55, 60, 80);
      const cases: readonly (readonly [name: string, bytes: Buffer | string, reason: string])[] = [
        ['empty', '', 'empty'],
        ['text', 'not a picture', 'not-an-image'],
        ['bmp', `BM${'\0'.repeat(60)}`, 'unsupported-format'],
        ['svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', 'unsupported-format'],
        ['cut', jpeg.subarray(0, jpeg.length * 0.6), 'truncated'],
        ['head', jpeg.subarray(0, 24), 'truncated'],
        ['cut-png', png.subarray(0, png.length / 2), 'truncated'],
        ['damaged', damaged, 'damaged'],
      ];
      for (const [name, bytes, reason] of cases) {
        await writeFile(join(folder, name), bytes);
        const probe = await probeImage(join(folder, name), 'pixels');
        assert.equal(probe.ok ? 'ok' : probe.problem.reason, reason, name);
      }
      await mkdir(join(folder, 'folder.jpg'));
      const reasons = await Promise.all(['folder.jpg', 'gone.jpg'].map((name) => probeImage(join(folder, name))));
      assert.deepEqual(
        reasons.map((probe) => !probe.ok && probe.problem.reason),
        ['not-a-file', 'absent'],
      );
    }));

  it('reads no pixels for the header alone', () =>
    withFolder(async (folder) => {
      const jpeg = await sharpOf(halves({ width: 200, height: 200 }))
        .jpeg()
        .toBuffer();
      await writeFile(join(folder, 'cut.jpg'), jpeg.subarray(0, jpeg.length * 0.9));
      assert.ok((await probeImage(join(folder, 'cut.jpg'), 'header')).ok);
      assert.ok(!(await probeImage(join(folder, 'cut.jpg'), 'pixels')).ok);
    }));

  it('names the limit on pixels, in the thrown error too', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.png');
      await sharpOf(halves(size)).png().toFile(path);
      const probe = await probeImage(path, 'header', 799);
      assert.equal(!probe.ok && probe.problem.detail, 'it has 40x20 = 800 pixels, more than the limit of 799');
      await assert.rejects(decodeImage(path, 799), {
        code: 'DATA_BAD_IMAGE',
        message: `Expected a picture for ${JSON.stringify(path)}, got too-large: it has 40x20 = 800 pixels, more than the limit of 799`,
        hint: 'replace the file, or take it out of the data set',
      });
    }));
});
