import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readCoco } from './coco.ts';
import { confinedFile } from './confinement.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { halves, sharpOf, withFolder } from './test-pictures.ts';
import { listUnlabeled } from './unlabeled.ts';

/** A folder with a file in it, one beside it, and links. */
async function withPlaces<Result>(use: (root: string, outside: string) => Promise<Result>): Promise<Result> {
  return withFolder(async (folder) => {
    const place = await realpath(folder);
    const [root, outside] = [join(place, 'root'), join(place, 'outside.jpg')];
    await mkdir(join(root, 'sub'), { recursive: true });
    await writeFile(join(root, 'sub/in.jpg'), 'x');
    await writeFile(outside, 'x');
    await symlink(outside, join(root, 'out.jpg'));
    await symlink('sub/in.jpg', join(root, 'alias.jpg'));
    await symlink(place, join(root, 'up'));
    return await use(root, outside);
  });
}

describe('confinedFile', () => {
  it('finds files of the folder by their real path', () =>
    withPlaces(async (root) => {
      for (const name of ['sub/in.jpg', 'sub/../sub/in.jpg', './alias.jpg', 'up/root/sub/in.jpg'])
        assert.deepEqual(await confinedFile(root, name, false), { ok: true, path: join(root, 'sub/in.jpg') }, name);
    }));

  it('never gives a file outside, unless that is allowed', () =>
    withPlaces(async (root, outside) => {
      for (const name of ['../outside.jpg', 'sub/../../outside.jpg', outside, 'out.jpg', 'up/outside.jpg']) {
        const refused = await confinedFile(root, name, false);
        assert.ok(!refused.ok && refused.problem.reason === 'file-outside-root', name);
        assert.ok(refused.problem.detail.startsWith(`${JSON.stringify(name)} is not inside the image folder: it `), refused.problem.detail);
        assert.deepEqual(await confinedFile(root, name, true), { ok: true, path: outside }, name);
      }
    }));

  it('refuses what is no file name at all, allowed or not', () =>
    withPlaces(async (root) => {
      const reasons = { '': 'bad-file-name', 'a\0b': 'bad-file-name', 'a\\b': 'bad-file-name', 'https://a/b.jpg': 'file-is-url' };
      for (const [name, reason] of Object.entries({ ...reasons, 'C:\\a.jpg': 'file-outside-root', 'gone.jpg': 'absent' }))
        for (const allowOutside of [false, true]) {
          const file = await confinedFile(root, name, allowOutside);
          assert.ok(!file.ok && file.problem.reason === reason, name);
        }
    }));
});

describe('limits of a data set', () => {
  it('a linked folder is not searched, and a file that has two names is one picture: both are said', () =>
    withPlaces(async (root) => {
      const { entries, issues } = await listUnlabeled({ folder: root }, { ...DEFAULT_LIMITS, allowOutside: true });
      assert.deepEqual(
        entries.map(({ fileName }) => fileName),
        ['alias.jpg', 'out.jpg'],
      );
      assert.deepEqual(
        issues.map(({ subject, reason, detail }) => `${subject} ${reason}: ${detail}`),
        [
          'up linked-folder: folders that are linked into this one are not searched',
          'sub/in.jpg duplicate-entry: "sub/in.jpg" is the same file as "alias.jpg"',
        ],
      );
    }));

  it('hold for labeled pictures too: their pixels, and where they lie', () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, 'images'));
      await sharpOf(halves({ width: 20, height: 10 }))
        .png()
        .toFile(join(folder, 'out.png'));
      const mask = { size: [10, 20], counts: [0, 100, 100] };
      await writeFile(
        join(folder, 'coco.json'),
        JSON.stringify({
          images: [{ id: 1, file_name: '../out.png' }],
          annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: mask, iscrowd: 0 }],
          categories: [{ id: 1, name: 'disc' }],
        }),
      );
      const read = (limits = DEFAULT_LIMITS) => readCoco(join(folder, 'coco.json'), join(folder, 'images'), limits);
      await assert.rejects(read(), { code: 'DATA_NO_IMAGES', message: /1 file-outside-root \(image 1: "\.\.\/out\.png" is not inside/ });
      await assert.rejects(read({ maxPixels: 199, allowOutside: true }), {
        code: 'DATA_NO_IMAGES',
        message: /1 too-large \(image 1: "\.\.\/out\.png": it has 20x10 = 200 pixels, more than the limit of 199\)/,
      });
      assert.equal((await read({ maxPixels: 200, allowOutside: true })).images.length, 1);
    }));
});
