import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { SelfpasteError } from '../core/index.ts';
import { writeError, writeFileAtomic } from './atomic-file.ts';
import { withFolder } from './test-pictures.ts';

it('replaces a file and leaves nothing else', () =>
  withFolder(async (folder) => {
    const path = join(folder, `${'long'.repeat(60)}.json`);
    await writeFile(path, 'old');
    await writeFileAtomic(path, 'new');
    assert.equal(await readFile(path, 'utf8'), 'new');
    await writeFileAtomic(path, Uint8Array.of(1, 2));
    assert.deepEqual([...(await readFile(path))], [1, 2]);
    assert.equal((await readdir(folder)).length, 1);
  }));

it('removes its temporary file when the rename fails, and keeps what was there', () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, 'taken/inner'), { recursive: true });
    await assert.rejects(writeFileAtomic(join(folder, 'taken'), 'x'), { code: 'ENVIRONMENT_NOT_WRITABLE' });
    assert.deepEqual(await readdir(folder), ['taken']);
  }));

it('says so where a file is in the place of a folder', () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, 'm.png'), 'a picture');
    for (const [path, where] of [
      ['m.png/x.json', 'directly below it'],
      ['m.png/inner/x.json', 'further below'],
    ])
      await assert.rejects(writeFileAtomic(join(folder, path), 'x'), { code: 'ENVIRONMENT_NOT_WRITABLE', message: /got ENOTDIR$/ }, where);
    assert.equal(await readFile(join(folder, 'm.png'), 'utf8'), 'a picture');
  }));

it('says what a failed write means', async () => {
  await assert.rejects(writeFileAtomic('/proc/nowhere/a.json', 'x'), {
    code: 'ENVIRONMENT_NOT_WRITABLE',
    message: 'Expected a place to write for "/proc/nowhere/a.json", got ENOENT',
    hint: 'choose a folder that exists and that you may write to',
  });
  const full = writeError('/disk/a.json', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  assert.ok(full instanceof SelfpasteError);
  assert.deepEqual(
    [full.code, full.message, full.hint, full.exitCode],
    [
      'ENVIRONMENT_DISK_FULL',
      'Expected room on the disk for "/disk/a.json", got ENOSPC',
      'free some disk space, then run the same command again; a run that stopped goes on with `selfpaste resume`',
      3,
    ],
  );
  const taken = writeError('/disk/a.json', Object.assign(new Error('file already exists'), { code: 'EEXIST' }));
  assert.ok(taken instanceof SelfpasteError);
  assert.equal(taken.code, 'ENVIRONMENT_NOT_WRITABLE');
  const other = new Error('other');
  assert.equal(writeError('/disk/a.json', other), other);
});
