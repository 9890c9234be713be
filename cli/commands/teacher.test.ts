import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { rle } from '../../core/index.ts';
import { decodeImage, writePng } from '../../dataset/index.ts';
import { writeAnsweringModel } from '../../test/contract/answering-models.ts';
import { goldenModels } from '../../test/contract/golden-models.ts';
import { assertEnded, programJson, runProgram, withFolder, writeConfig } from '../../test/small-run.ts';
import type { ProbeReport } from '../probe/page.ts';

/** A model that sees a cat of 0.9 and a dog of 0.3 everywhere, a data set of cats and birds, and two pictures. */
async function withModel(
  use: (files: { folder: string; model: string; data: string; pictures: string[] }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const pictures = [at('first.png'), at('second.png')];
    for (const file of pictures) await writePng(file, { size: { width: 32, height: 16 }, data: new Uint8Array(32 * 16 * 3).fill(90) });
    const model = writeAnsweringModel(at('model.onnx'), goldenModels['yolo-seg']);
    await use({ folder, model, data: writeCategories(at('data.json'), ['Cat', 'dogs', 'bird']), pictures });
  });
}

function writeCategories(file: string, names: readonly string[]): string {
  const categories = names.map((name, index) => ({ id: 10 * (index + 1), name }));
  writeFileSync(file, JSON.stringify({ images: [], annotations: [], categories }));
  return file;
}

const probe = (...args: readonly string[]) => runProgram(['teacher', 'probe', ...args]);
const probeJson = (...args: readonly string[]) => programJson<ProbeReport>(['teacher', 'probe', '--json', ...args]);

test('the page holds the contract, the class map, what is seen, and what is dropped of it', () =>
  withModel(async ({ model, data, pictures: [picture] }) => {
    const ended = await probe(model, picture, '--data', data);
    assertEnded(ended, 0);
    for (const line of [
      /^contract +yolo-seg$/m,
      /^size +16x16 +graph$/m,
      /^colour +RGB +assumed$/m,
      /^classes +1 of 2 classes for .*data\.json, by name$/m,
      /^ +0 +cat +-> +10 +Cat +name$/m,
      /^dropped +1 class without a category:\n +dog$/m,
      /^missing +2 categories that no class becomes:\n +dogs, bird$/m,
      /^almost +teacher\.classes: \{ "dog": "dogs" \} would join/m,
      /first\.png: 32x16, 2 objects in \d+ ms$/m,
      /^cat +Cat +0\.900 +8 +0 +24 +16 +256$/m,
      /^dog +dropped +0\.300 /m,
    ])
      assert.match(ended.stdout, line);
  }));

test('as JSON it is all data, and drawings come with a sheet', () =>
  withModel(async ({ folder, model, data, pictures }) => {
    const { model: facts, classes, trials } = await probeJson(model, ...pictures, '--data', data, '--draw', join(folder, 'seen'));
    assert.ok(facts.verdict.status === 'recognized' && facts.verdict.reading.contract.head.kind === 'yolo-seg');
    assert.ok(classes?.status === 'mapped');
    assert.deepEqual(classes.classes[1], { index: 1, name: 'dog', target: null });
    assert.deepEqual(classes.nearMisses, [{ teacher: 'dog', data: 'dogs' }]);
    assert.ok(trials !== null && trials.openMs > 0);
    assert.deepEqual(
      trials.pictures.map(({ path, detectMs, objects }) => [basename(path), detectMs > 0, objects.map(({ category }) => category)]),
      [
        ['first.png', true, ['Cat', null]],
        ['second.png', true, ['Cat', null]],
      ],
    );
    const { segmentation, areaPx2 } = trials.pictures[0].objects[0];
    const counts = rle.countsFromString(segmentation.counts);
    assert.equal(rle.area({ size: { height: segmentation.size[0], width: segmentation.size[1] }, counts }), areaPx2);
    const drawings = trials.pictures.map(({ drawing }) => drawing ?? '');
    assert.deepEqual(
      drawings.map((file) => basename(file)),
      ['1-first.png', '2-second.png'],
    );
    assert.ok(drawings.every(existsSync));
    assert.ok((await decodeImage(trials.sheet ?? '')).size.width > 2 * 480);
  }));

test('a configuration gives the data set and the class map', () =>
  withModel(async ({ folder, model, data }) => {
    const labeled = { annotations: data, images: folder };
    const config = writeConfig(folder, {
      data: { labeled, validation: labeled },
      teacher: { match: 'table', classes: { 1: 'dogs', cat: 30 } },
    });
    const { classes } = await probeJson(model, '-c', config);
    assert.ok(classes?.status === 'mapped');
    assert.deepEqual(
      classes.classes.map(({ name, target }) => [name, target?.category.name, target?.by]),
      [
        ['cat', 'bird', 'table'],
        ['dog', 'dogs', 'table'],
      ],
    );
    const renamed = await probeJson(model, '-c', config, '--set', 'teacher.match=name', '--set', 'teacher.classes={}');
    assert.ok(renamed.classes?.status === 'mapped' && renamed.classes.match === 'name');
  }));

test('a data set that shares no class with the model is shown beside it; the model is not run', () =>
  withModel(async ({ folder, model, pictures: [picture] }) => {
    const data = writeCategories(join(folder, 'other.json'), ['owl']);
    const ended = await probe(model, picture, '--data', data);
    assertEnded(ended, 2);
    assert.match(ended.stdout, /^ +0 cat, 1 dog\n +1 of .*other\.json:\n +10 owl$/m);
    assert.match(
      ended.stdout,
      /^A run refuses this model \[MODEL_CLASS_MISMATCH\]:\n {2}map them in the config, as in teacher\.classes: /m,
    );
    assert.doesNotMatch(ended.stdout, /^pictures/m);
  }));

test('two contracts that fit are shown side by side, with what decides; the model is not run', () =>
  withModel(async ({ folder, pictures: [picture] }) => {
    const { metadata, ...rest } = goldenModels['rtmdet-ins'];
    const model = writeAnsweringModel(join(folder, 'both.onnx'), { ...rest, metadata: { names: metadata?.names ?? '' } });
    const ended = await probe(model, picture);
    assertEnded(ended, 2);
    assert.match(ended.stdout, /^ +rtmdet-ins +mmdet-mask-rcnn$/m);
    assert.match(ended.stdout, /^colour +BGR +RGB$/m);
    assert.match(ended.stdout, /^the same +size: 16x16; batch: 1 a run; /m);
    assert.match(ended.stdout, /decide in NAME\.contract\.json .*\{"contract": "rtmdet-ins"\} or \{"contract": "mmdet-mask-rcnn"\}$/m);
    assert.doesNotMatch(ended.stdout, /objects? in/);
  }));

test('a model of no known contract is told what each contract misses', () =>
  withModel(async ({ folder }) => {
    const { output0 } = goldenModels['yolo-seg'].outputs;
    const model = writeAnsweringModel(join(folder, 'half.onnx'), { ...goldenModels['yolo-seg'], outputs: { output0 } });
    const ended = await probe(model);
    assertEnded(ended, 2);
    assert.match(ended.stdout, /^contract +none\nbecause +not yolo-seg: /m);
    assert.match(ended.stdout, /^ +not maskformer: /m);
    assert.match(ended.stdout, /^A run refuses this model \[MODEL_UNKNOWN_CONTRACT\]:\n {2}export /m);
  }));

test('what the configuration asks to run the model, and is not there, is said', () =>
  withModel(async ({ folder, model, data, pictures: [picture] }) => {
    const labeled = { annotations: data, images: folder };
    const config = writeConfig(folder, { data: { labeled, validation: labeled }, teacher: { providers: ['tensorrt', 'cpu'] } });
    const { trials } = await probeJson(model, picture, '-c', config, '--threads', '1');
    assert.equal(trials?.settings.threads, 1);
    assert.match(trials?.notes.join() ?? '', /^tensorrt cannot run the model here, cpu is tried instead: /);
  }));
