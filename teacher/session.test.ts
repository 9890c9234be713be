import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RgbImage } from '../core/index.ts';
import { catAndDog, node, type TinyModel, writeTinyModel } from '../test/contract/teacher-models.ts';
import { loadRuntime } from './runtime.ts';
import { openTeacher, readContract } from './session.ts';
import type { TeacherSettings } from './teacher.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-session-'));
after(() => rmSync(folder, { recursive: true }));

const settings: TeacherSettings = { floor: 0.25, nmsIou: 0.7, maxDetections: 10, threads: 1 };
const black: RgbImage = { size: { width: 16, height: 16 }, data: new Uint8Array(16 * 16 * 3) };
const model = (name: string, changes: Partial<TinyModel> = {}) =>
  writeTinyModel(join(folder, `${name}.onnx`), { ...catAndDog, ...changes });

test('a model runs: NMS joins the cats, the dog is cut at the edge', async () => {
  const teacher = await openTeacher(model('runs'), settings);
  assert.deepEqual(teacher.classNames, ['cat', 'dog']);
  const found = await teacher.detect(black);
  await teacher.close();
  assert.deepEqual(
    found.map(({ classIndex, box }) => [classIndex, box]),
    [
      [0, { x1: 4, y1: 4, x2: 12, y2: 12 }],
      [1, { x1: 0, y1: 6, x2: 4, y2: 10 }],
    ],
  );
});

test('a batch of open length and open sizes runs at imgsz', async () => {
  const path = model('dynamic', { input: ['batch', 3, 'height', 'width'], metadata: { names: "['cat', 'dog']", imgsz: '[16, 16]' } });
  const teacher = await openTeacher(path, settings);
  assert.equal((await teacher.detect(black)).length, 2);
  await teacher.close();
});

test('what the file beside the model states wins over its metadata', async () => {
  const path = model('sidecar', { metadata: { names: 'lost' } });
  writeFileSync(join(folder, 'sidecar.contract.json'), '{"names": ["lion", "wolf"]}');
  assert.deepEqual((await readContract(path)).classNames, ['lion', 'wolf']);
});

test('a file beside the model that is no JSON object is refused', async () => {
  const path = model('bad-sidecar');
  const sidecar = join(folder, 'bad-sidecar.contract.json');
  writeFileSync(sidecar, '["cat"]');
  await assert.rejects(readContract(path), {
    code: 'MODEL_BAD_SIDECAR',
    message: `Expected a JSON object for the contract beside the model, got ${JSON.stringify(sidecar)} (string): it is not an object`,
    hint: 'write it as {"names": ["cat", "dog"], "imgsz": [640, 640]}, or remove it',
  });
  writeFileSync(sidecar, '{');
  await assert.rejects(readContract(path), { code: 'MODEL_BAD_SIDECAR', message: /: Expected property name/ });
});

test('a missing model is named', async () => {
  await assert.rejects(openTeacher('nowhere.onnx', settings), {
    code: 'MODEL_MISSING',
    message: 'Expected a readable ONNX file for the model, got "nowhere.onnx" (string): ENOENT',
    hint: 'check the path of the model, and that you may read it',
  });
  await assert.rejects(readContract(folder), { code: 'MODEL_MISSING', message: /EISDIR/ });
});

test('a file of another kind is not ONNX', async () => {
  const path = join(folder, 'text.onnx');
  writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\n');
  await assert.rejects(openTeacher(path, settings), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'MODEL_NOT_ONNX');
    assert.ok(error.message.startsWith(`${path}: Expected an ONNX model`));
    return true;
  });
});

test('a model that ONNX Runtime does not take is refused in its words', async () => {
  const path = model('refused', { nodes: [node('NoSuchOperator', ['rows'], ['output0']), node('Identity', ['prototype'], ['output1'])] });
  await assert.rejects(openTeacher(path, settings), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'MODEL_REFUSED');
    assert.ok(error.message.startsWith(`ONNX Runtime refuses the model ${path}: `) && error.message.includes('NoSuchOperator'));
    assert.equal(error.hint, 'export the model with standard ONNX operators only, or with a lower opset');
    return true;
  });
});

test('a model that fails while it runs says so, and the next picture gets the same answer', async () => {
  const nodes = [node('Reshape', ['images', 'shape'], ['output0']), node('Identity', ['prototype'], ['output1'])];
  const path = model('fails', { nodes, input: [1, 3, 'h', 'w'], metadata: { names: "['cat', 'dog']", imgsz: '16' } });
  const teacher = await openTeacher(path, settings);
  const failure = {
    code: 'MODEL_RUN_FAILED',
    message: /^ONNX Runtime cannot run the model .*Reshape/s,
    hint: 'check that the model takes an input of [1, 3, 16, 16]',
  };
  await assert.rejects(teacher.detect(black), failure);
  await assert.rejects(teacher.detect(black), failure);
  await teacher.close();
});

test('an ONNX Runtime that does not load is an error of the environment', async () => {
  const broken = () => Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file'));
  await assert.rejects(loadRuntime(broken), {
    code: 'ENVIRONMENT_NO_ONNXRUNTIME',
    message: 'ONNX Runtime (onnxruntime-node) does not load: libonnxruntime.so.1: cannot open shared object file',
    hint: 'run `selfpaste doctor`, which says how to mend it',
  });
});

test('the door, a contract and a probe do not load ONNX Runtime; a teacher does', () => {
  const door = pathToFileURL(join(import.meta.dirname, 'index.js')).href;
  const path = JSON.stringify(model('lazy'));
  const script = `
    import { createRequire } from 'node:module';
    const { openTeacher, probeModel, readContract } = await import(${JSON.stringify(door)});
    const loaded = () => Object.keys(createRequire(${JSON.stringify(import.meta.url)}).cache).some((file) => file.includes('onnxruntime'));
    await readContract(${path});
    await probeModel(${path});
    const before = loaded();
    await (await openTeacher(${path}, ${JSON.stringify(settings)})).close();
    console.log(before, loaded());`;
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), 'false true');
});
