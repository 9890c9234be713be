import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import sharp from 'sharp';
import { SelfpasteError, sha256 } from '../core/index.ts';
import { browserPicture } from './browser-picture.ts';
import { decodeImage } from './image-file.ts';
import { halves, sharpOf, withFolder } from './test-pictures.ts';

const SIZE = { width: 24, height: 16 };
const picture = () => sharpOf(halves(SIZE));

/** What is sent of a file of this name and content. */
async function sent(folder: string, name: string, bytes: Buffer) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const facts = { path, sha256: sha256(createHash('sha256').update(bytes).digest('hex')) };
  return { path, facts, ...(await browserPicture(facts)) };
}

it('what browsers show as we do is sent as it is, byte for byte', () =>
  withFolder(async (folder) => {
    for (const [name, type, bytes] of [
      ['a.jpg', 'image/jpeg', await picture().jpeg().toBuffer()],
      ['a.png', 'image/png', await picture().png().toBuffer()],
      ['a.webp', 'image/webp', await picture().webp().toBuffer()],
      ['grey.jpg', 'image/jpeg', await picture().toColourspace('b-w').jpeg().toBuffer()],
    ] as const) {
      const answer = await sent(folder, name, bytes);
      assert.equal(answer.type, type);
      assert.deepEqual(Buffer.from(answer.bytes), bytes, name);
    }
  }));

it('what they show otherwise is sent with the pixels that models see', () =>
  withFolder(async (folder) => {
    const clear = picture().ensureAlpha(0.5);
    for (const [name, bytes] of [
      ['alpha.png', await clear.png().toBuffer()],
      ['alpha.webp', await clear.webp({ lossless: true }).toBuffer()],
      ['deep.png', await picture().toColourspace('rgb16').png().toBuffer()],
      ['a.tiff', await picture().tiff({ compression: 'lzw' }).toBuffer()],
      ['a.gif', await picture().gif().toBuffer()],
    ] as const) {
      const { path, type, bytes: encoded } = await sent(folder, name, bytes);
      assert.equal(type, 'image/png', name);
      const { data } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual(new Uint8Array(data), new Uint8Array((await decodeImage(path)).data), name);
    }
  }));

it('a turned picture is sent upright', () =>
  withFolder(async (folder) => {
    const { type, bytes } = await sent(folder, 'turned.jpg', await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    const { width, height, orientation } = await sharp(bytes).metadata();
    assert.deepEqual([type, width, height, orientation], ['image/jpeg', SIZE.height, SIZE.width, undefined]);
  }));

it('a file that changed since it was imported, or is none, is refused', () =>
  withFolder(async (folder) => {
    const { path, facts } = await sent(folder, 'a.png', await picture().png().toBuffer());
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.of(0)]));
    await assert.rejects(browserPicture(facts), (error) => {
      assert.ok(error instanceof SelfpasteError);
      assert.equal(error.code, 'DATA_PICTURE_CHANGED');
      assert.equal(error.message, `Expected the picture that was imported from ${JSON.stringify(path)}, got a file with other bytes`);
      return true;
    });
    await assert.rejects(browserPicture({ ...facts, path: join(folder, 'absent.png') }), { code: 'DATA_BAD_IMAGE' });
  }));
