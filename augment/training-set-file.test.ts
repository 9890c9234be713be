import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canvas, discInstance, setOf, temporaryFolder } from './test-scene.ts';
import { readTrainingSet, writeTrainingSet } from './training-set-file.ts';

const folder = temporaryFolder();
const file = join(folder, 'set.json');
const disc = discInstance(canvas, { x: 20, y: 30, radius: 9 });

test('a training set comes back as it was, and no unfinished file is left', async () => {
  const guess = { ...disc, source: { by: 'teacher', weight: 0.7 } } as const;
  const set = setOf(
    [{ path: '/somewhere/ä 1.png', size: canvas, instances: [disc] }],
    [{ path: 'b.jpg', size: canvas, instances: [guess] }],
  );
  await writeTrainingSet(file, set);
  assert.deepEqual(await readTrainingSet(file), set);
  assert.deepEqual(readdirSync(folder), ['set.json']);
});

test('a file that is no training set is refused with its name', async () => {
  const bad = join(folder, 'bad.json');
  for (const [content, expected] of [
    ['{', 'a readable JSON file'],
    ['{"version":2}', 'a training set of version 1'],
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
