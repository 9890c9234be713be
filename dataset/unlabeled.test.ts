import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { withFolder } from './test-pictures.ts';
import { listUnlabeled, pictureNames } from './unlabeled.ts';

async function touch(folder: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), 'x');
  }
}

describe('pictureNames', () => {
  it('finds what listUnlabeled finds, and ends when it is told to', () =>
    withFolder(async (folder) => {
      await touch(folder, 'b.JPG', 'sub/deep/c.webp', 'notes.txt', '.hidden.png', 'sub/none', 'folder.png/a.png');
      await symlink(join(folder, 'b.JPG'), join(folder, 'linked.jpg'));
      const names = await pictureNames(folder, new AbortController().signal);
      const { entries, issues } = await listUnlabeled({ folder });
      const twice = issues.filter(({ reason }) => reason === 'duplicate-entry').map(({ subject }) => subject);
      assert.deepEqual(names.toSorted(), [...entries.map(({ fileName }) => fileName), ...twice].toSorted());
      assert.equal(names.length, 3);
      await assert.rejects(pictureNames(folder, AbortSignal.abort(new Error('late'))), { message: 'late' });
    }));
});

describe('listUnlabeled of a folder', () => {
  it('finds pictures by extension in all sub-folders, sorted by name, and ignores litter', () =>
    withFolder(async (folder) => {
      await touch(
        folder,
        'b.JPG',
        'a.png',
        'sub/deep/c.webp',
        'B.tiff',
        'new\nline.gif',
        '-rf.jpeg',
        'quote\'"$(x).bmp',
        'Thumbs.db',
        'notes.txt',
        '.git/x.jpg',
      );
      const { entries, issues } = await listUnlabeled({ folder });
      assert.deepEqual(
        entries.map(({ fileName }) => fileName),
        ['-rf.jpeg', 'B.tiff', 'a.png', 'b.JPG', 'new\nline.gif', 'quote\'"$(x).bmp', 'sub/deep/c.webp'],
      );
      assert.deepEqual(issues, []);
    }));

  it('says what it skipped though it looks like a picture', () =>
    withFolder(async (folder) => {
      const outside = join(folder, 'outside.jpg');
      await touch(folder, 'in/a.jpg', 'in/.hidden.jpg', 'in/no-extension', 'in/dir.jpg/inside.jpg', 'outside.jpg');
      await symlink(outside, join(folder, 'in/link.jpg'));
      const { entries, issues } = await listUnlabeled({ folder: join(folder, 'in') });
      assert.deepEqual(
        entries.map(({ fileName }) => fileName),
        ['a.jpg'],
      );
      assert.deepEqual(issues.map(({ subject, reason }) => `${subject}: ${reason}`).sort(), [
        '.hidden.jpg: hidden',
        'dir.jpg: not-a-file',
        'link.jpg: file-outside-root',
        'no-extension: no-extension',
      ]);
    }));

  it('says that there is nothing, or no folder', () =>
    withFolder(async (folder) => {
      await touch(folder, 'notes.txt');
      await assert.rejects(listUnlabeled({ folder }), {
        code: 'DATA_NO_IMAGES',
        message: `Expected at least one picture for ${JSON.stringify(folder)}, got none: the file lists none`,
        hint: 'give a folder of pictures (jpg, jpeg, png, webp, gif, bmp, tif, tiff, avif) or a list of their names',
      });
      await assert.rejects(listUnlabeled({ folder: join(folder, 'gone') }), {
        code: 'DATA_UNREADABLE',
        message: /^Expected a folder of pictures for ".*gone", got absent$/,
      });
    }));
});

describe('listUnlabeled of a list', () => {
  it('keeps the order and says which lines are absent, outside or twice', () =>
    withFolder(async (folder) => {
      await touch(folder, 'images/b.jpg', 'images/sub folder/#a.jpg', 'secret.jpg');
      await writeFile(join(folder, 'list.txt'), '\ufeffsub folder/#a.jpg\r\nb.jpg\n\ngone.jpg\n../secret.jpg\nb.jpg\n');
      const { entries, issues } = await listUnlabeled({ list: join(folder, 'list.txt'), root: join(folder, 'images') });
      assert.deepEqual(
        entries.map(({ fileName }) => fileName),
        ['sub folder/#a.jpg', 'b.jpg'],
      );
      assert.deepEqual(
        issues.map(({ subject, reason }) => `${subject}: ${reason}`),
        ['line 6: duplicate-entry', 'line 4: absent', 'line 5: file-outside-root'],
      );
    }));

  it('needs the list and at least one picture of it', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'list.txt'), 'gone.jpg\n');
      await assert.rejects(listUnlabeled({ list: join(folder, 'list.txt'), root: folder }), {
        code: 'DATA_NO_IMAGES',
        message: /got none: 1 absent \(line 1: there is no file/,
      });
      await assert.rejects(listUnlabeled({ list: join(folder, 'gone.txt'), root: folder }), { code: 'DATA_UNREADABLE' });
    }));
});
