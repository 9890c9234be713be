import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rle } from '../core/index.ts';
import { canvas, discInstance, discMask, setOf, temporaryFolder } from './test-scene.ts';
import { readTrainingSet, writeTrainingSet } from './training-set-file.ts';

const folder = temporaryFolder();
const file = join(folder, 'set.json');
const disc = discInstance(canvas, { x: 20, y: 30, radius: 9 });

test('a training set comes back as it was, and no unfinished file is left', async () => {
  const guess = { ...disc, source: { by: 'teacher', weight: 0.7 } } as const;
  const crowd = rle.encode(discMask(canvas, { x: 50, y: 10, radius: 5 }));
  const donated = [{ path: 'c.png', size: canvas, instances: [disc], ignored: [] }];
  const labeled = setOf(
    [{ path: '/somewhere/ä 1.png', size: canvas, instances: [disc], ignored: [crowd] }],
    [{ path: 'b.jpg', size: canvas, instances: [guess], ignored: [] }],
  );
  const set = { ...labeled, donated };
  await writeTrainingSet(file, set);
  assert.deepEqual(await readTrainingSet(file), set);
  assert.deepEqual(readdirSync(folder), ['set.json']);
});

test('a file of version 1, which knew no ignored regions and no donated objects, is read as one without', async () => {
  const old = join(folder, 'old.json');
  const image = { path: 'a', width: canvas.width, height: canvas.height };
  const instances = [{ classIndex: 0, mask: rle.countsToString(disc.mask.counts), source: disc.source }];
  writeFileSync(old, JSON.stringify({ version: 1, classNames: ['disc'], labeled: [{ ...image, instances }], pseudo: [] }));
  assert.deepEqual(await readTrainingSet(old), setOf([{ path: 'a', size: canvas, instances: [disc], ignored: [] }]));
});

test('a file that is no training set is refused with its name', async () => {
  const bad = join(folder, 'bad.json');
  for (const [content, expected] of [
    ['{', 'a readable JSON file'],
    ['{"version":4}', 'a training set of version 1 or 2 or 3'],
    [
      '{"version":1,"classNames":[],"labeled":[{"path":"a","width":4,"height":4,"instances":[{"classIndex":0,"mask":"4"}]}],"pseudo":[]}',
      'a complete',
    ],
  ]) {
    writeFileSync(bad, content);
    await assert.rejects(readTrainingSet(bad), {
      code: 'DATA_BAD_TRAINING_SET',
      message: new RegExp(`^Expected ${expected}.*bad\\.json, got`),
      hint: /^resume/,
    });
  }
  await assert.rejects(readTrainingSet(join(folder, 'absent.json')), { code: 'DATA_BAD_TRAINING_SET', message: /ENOENT/ });
});
