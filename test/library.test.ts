import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeScenes, withFolder } from './small-run.ts';

/** Examples import the built package by its name, as any project that depends on it would. */
const skip = existsSync(join(process.cwd(), 'dist/augment/index.js')) ? false : 'the package is not built';

function example(name: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join('examples', name), ...args], { encoding: 'utf8' });
}

test('copy-paste as a library: the same seed tells the same story, and draws it', { skip }, () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const [labels, images, out] = [join(folder, 'data/train_labeled.json'), join(folder, 'data/images'), join(folder, 'pasted.png')];
    const told = example('copy-paste.mjs', labels, images, out, '3');
    assert.match(told, /^pasted \w+: \d+ px in/m);
    assert.match(told, /^plan: \{"main":\{"scale":/m);
    assert.ok(existsSync(out));
    assert.equal(example('copy-paste.mjs', labels, images, out, '3'), told);
  }),
);
