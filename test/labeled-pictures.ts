/** What became of unlabeled pictures in a run that labels them with a model that looks. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Box, type Rle, rle, type Size } from '../core/index.ts';
import { SCENE_CATEGORIES } from '../dataset/index.ts';
import type { RunDatabase } from '../db/index.ts';
import { writeRedModel } from './red-model.ts';
import { assertEnded, type Ended, lookInto, makeScenes, runProgram, SMALL, writeConfig } from './small-run.ts';

/** Makes a data set, a model that sees what is red, and the configuration of a run with both. */
export async function prepareLabeling(folder: string): Promise<void> {
  await makeScenes(folder);
  writeRedModel(
    join(folder, 'red.onnx'),
    SCENE_CATEGORIES.map(({ name }) => name),
  );
  writeConfig(folder, { ...SMALL, teacher: { ...SMALL.teacher, model: 'red.onnx' } });
}

/** Labels a folder or list of pictures in a run of its own, which must end well: no crash, no stack trace. */
export async function labelPictures(folder: string, run: string, unlabeled: object, ...more: readonly string[]): Promise<void> {
  const ended = await tryLabeling(folder, run, unlabeled, ...more);
  assertEnded(ended, 0);
  assert.doesNotMatch(ended.stderr, /^ +at |Error:/m);
}

export function tryLabeling(folder: string, run: string, unlabeled: object, ...more: readonly string[]): Promise<Ended> {
  const settings = [`name=${run}`, `data.unlabeled=${JSON.stringify(unlabeled)}`].flatMap((setting) => ['--set', setting]);
  return runProgram(['run', '-c', join(folder, 'selfpaste.yaml'), ...settings, '--until', 'stage=label', ...more]);
}

/** What became of a picture, and what the model saw of it. */
export type Fate =
  | {
      readonly kind: 'labeled';
      readonly size: Size;
      readonly seen: readonly { readonly mask: Rle; readonly box: Box; readonly score: number }[];
    }
  | { readonly kind: 'left out'; readonly reason: string };

/** The fate of every unlabeled picture by its name; what was passed over in silence has none. */
export function fatesOf(folder: string, run: string): ReadonlyMap<string, Fate> {
  return lookInto(join(folder, 'runs', run), (db) => new Map([...leftOut(db), ...labeled(db)]));
}

function leftOut(db: RunDatabase): [string, Fate][] {
  const files = db.quarantine.all().filter(({ subset }) => subset === 'unlabeled');
  const failed = db.labeling.failed(1, Number.MAX_SAFE_INTEGER);
  return [
    ...files.map(({ fileName, reason, detail }): [string, Fate] => [fileName, { kind: 'left out', reason: `${reason}: ${detail}` }]),
    ...failed.map(({ fileName, reason }): [string, Fate] => [fileName, { kind: 'left out', reason }]),
  ];
}

function labeled(db: RunDatabase): [string, Fate][] {
  return [...db.labeling.labeled(1)].map((image) => [
    image.fileName,
    { kind: 'labeled', size: image.size, seen: db.labeling.predictions(1, image) },
  ]);
}

/** Every prediction is finite, inside its picture and a mask of its size. */
export function assertSound(name: string, fate: Fate): void {
  if (fate.kind === 'left out') assert.match(fate.reason, /\w{4}/, name);
  else
    for (const { mask, box, score } of fate.seen) {
      assert.ok(score >= 0 && score <= 1, `${name}: score ${score}`);
      assert.ok(0 <= box.x1 && box.x1 < box.x2 && box.x2 <= fate.size.width, `${name}: ${JSON.stringify(box)}`);
      assert.ok(0 <= box.y1 && box.y1 < box.y2 && box.y2 <= fate.size.height, `${name}: ${JSON.stringify(box)}`);
      assert.deepEqual(mask.size, fate.size, name);
      assert.ok(rle.area(mask) > 0, name);
    }
}

/** Whether the model saw red at a pixel. */
export function seesRed(fate: Fate | undefined, x: number, y: number): boolean {
  if (fate?.kind !== 'labeled') return false;
  return fate.seen.some(({ mask }) => rle.decode(mask).data[y * mask.size.width + x] === 1);
}
