import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { onnx } from '../../core/index.ts';
import { externalTensor, nestedGraphs, type WireField, wireMessage, wireModel, wireNode } from '../../core/onnx/test-models.ts';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import { readContract } from '../session.ts';
import { MAX_EXTERNAL_BYTES } from './external-data.ts';
import { MAX_MODEL_BYTES, readModelFile } from './model-file.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'selfpaste-model-file-')));
after(() => rmSync(root, { recursive: true }));
let folders = 0;

/** Writes a model into a folder of its own. */
function place(bytes: Uint8Array | string): { readonly path: string; readonly folder: string } {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.onnx'), bytes);
  return { path: join(folder, 'model.onnx'), folder };
}

const withWeights = (...locations: readonly (string | null)[]): Uint8Array =>
  wireModel(locations.map((location): WireField => [5, externalTensor(location)]));

describe('weights beside a model', () => {
  it('are found in its folder and below', async () => {
    const { path, folder } = place(withWeights('weights.bin', 'parts/more.bin', 'weights.bin'));
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'weights.bin'), 'sixteen bytes...');
    writeFileSync(join(folder, 'parts/more.bin'), 'x');
    const { externalFiles } = await readModelFile(path);
    assert.deepEqual(
      externalFiles.map(({ location, bytes }) => [location, bytes]),
      [
        ['weights.bin', 16],
        ['parts/more.bin', 1],
      ],
    );
  });

  it('may be links beside a model that is a link, as download caches have them', async () => {
    const { path, folder } = place(withWeights('weights.bin'));
    writeFileSync(join(folder, 'blob'), 'x');
    const view = join(folder, 'view');
    mkdirSync(view);
    symlinkSync(path, join(view, 'model.onnx'));
    symlinkSync(join(folder, 'blob'), join(view, 'weights.bin'));
    assert.equal((await readModelFile(join(view, 'model.onnx'))).externalFiles.length, 1);
  });

  writeFileSync(join(root, 'secret'), 'x');
  const refusals: readonly (readonly [location: string | null, why: string])[] = [
    ['../secret', 'it leaves the folder by ".."'],
    ['sub/../../secret', 'it leaves the folder by ".."'],
    [join(root, 'secret'), 'it is an absolute path'],
    ['/etc/passwd', 'it is an absolute path'],
    ['C:\\secret', 'it is an absolute path'],
    ['sub\\secret', 'it holds a backslash'],
    ['a\0b', 'it holds a NUL character'],
    [null, 'it names no file'],
    ['gone.bin', 'ENOENT'],
    ['*/_ORT_MEM_ADDR_/*', 'ENOENT'],
    ['link.bin', `it lies outside the model's folder, at ${join(root, 'secret')}`],
    ['linked/secret', `it lies outside the model's folder, at ${join(root, 'secret')}`],
    ['sub', 'it is no plain file'],
    ['pipe', 'it is no plain file'],
    ['.', "it lies outside the model's folder, at FOLDER"],
  ];
  for (const [location, why] of refusals)
    it(`${JSON.stringify(location)} is refused: ${why}`, async () => {
      const { path, folder } = place(withWeights(location));
      mkdirSync(join(folder, 'sub'));
      symlinkSync(join(root, 'secret'), join(folder, 'link.bin'));
      symlinkSync(root, join(folder, 'linked'));
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const stated = JSON.stringify(location ?? '');
      await assert.rejects(readModelFile(path), {
        code: 'MODEL_EXTERNAL_DATA',
        message: `Expected the weights of ${path} in files of its own folder, got ${stated}: ${why.replace('FOLDER', folder)}`,
        hint: 'put the model and its weights together in one folder, or export it as one file',
      });
    });

  it('have a limit together', async () => {
    const { path, folder } = place(withWeights('a', 'b'));
    for (const name of ['a', 'b']) {
      writeFileSync(join(folder, name), '');
      truncateSync(join(folder, name), MAX_EXTERNAL_BYTES / 2 + 1);
    }
    await assert.rejects(readModelFile(path), {
      code: 'MODEL_TOO_LARGE',
      message: `Expected at most ${MAX_EXTERNAL_BYTES} bytes of weights beside ${path}, got ${MAX_EXTERNAL_BYTES + 2}`,
    });
  });
});

describe('operators from elsewhere', () => {
  it('are refused by name, wherever they hide', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'].map((name): WireField => [1, wireNode(name, 'trt.plugins')]);
    const { path } = place(wireModel([...names, ...nestedGraphs(2, [[1, wireNode('Deep', 'mine')]])]));
    await assert.rejects(readModelFile(path), {
      code: 'MODEL_FOREIGN_OPERATORS',
      message: `Expected only operators of ONNX and ONNX Runtime in ${path}, got mine:Deep, trt.plugins:A, trt.plugins:B, trt.plugins:C, trt.plugins:D and 2 more`,
      hint: 'export the model with standard ONNX operators only (for NMS inside the graph, without plugins); libraries of custom operators are never loaded',
    });
  });

  it("are fine where they are ONNX Runtime's, or functions of the file", async () => {
    const swish = wireMessage([1, 'Swish'], [7, wireNode('Sigmoid', '')], [10, 'mine']);
    const nodes = [wireNode('FusedConv', 'com.microsoft'), wireNode('Add', 'ai.onnx'), wireNode('Swish', 'mine')];
    const { path } = place(
      wireModel(
        nodes.map((node): WireField => [1, node]),
        [25, swish],
      ),
    );
    assert.equal((await readModelFile(path)).model.graph.nodes.length, 3);
  });
});

describe('files that are no model', () => {
  it('are refused before they are read: too large, a pipe, a device', async () => {
    const { path, folder } = place('');
    truncateSync(path, MAX_MODEL_BYTES + 1);
    await assert.rejects(readModelFile(path), {
      code: 'MODEL_TOO_LARGE',
      message: `Expected a model of at most ${MAX_MODEL_BYTES} bytes for ${path}, got ${MAX_MODEL_BYTES + 1}`,
      hint: 'export it with its weights in a file beside it (external data), or use a smaller model',
    });
    execFileSync('mkfifo', [join(folder, 'pipe.onnx')]);
    for (const name of [join(folder, 'pipe.onnx'), '/dev/zero'])
      await assert.rejects(readModelFile(name), { code: 'MODEL_MISSING', message: /: it is a pipe or a device$/ });
  });

  it('are refused for inputs that no memory holds', async () => {
    const huge = onnx.encodeModel({
      irVersion: 8,
      producer: '',
      opsets: new Map([['', 17]]),
      metadata: new Map(),
      graph: { name: '', nodes: [], initializers: [], outputs: [], inputs: [{ name: 'images', dataType: 1, shape: [1, 3, 1e5, 1e5] }] },
    });
    const { path } = place(huge);
    await assert.rejects(readModelFile(path), {
      code: 'MODEL_TOO_LARGE',
      message: `Expected inputs and outputs of at most 268435456 numbers in ${path}, got images [1, 3, 100000, 100000]`,
    });
  });

  it('are refused for a stated size that no memory holds', async () => {
    const path = writeTinyModel(join(root, 'stated.onnx'), {
      ...catAndDog,
      input: ['batch', 3, 'height', 'width'],
      metadata: { names: "['cat', 'dog']", imgsz: '[100000, 100000]' },
    });
    await assert.rejects(readContract(path), {
      code: 'MODEL_BAD_OVERRIDE',
      message: /Expected a side of up to 8192 pixels, or \[height, width\] for the model's 'imgsz', got "\[100000, 100000\]"/,
    });
  });

  it('and a contract beside a model that is a pipe, or far too long, is refused too', async () => {
    const { path, folder } = place(wireModel([]));
    const sidecar = join(folder, 'model.contract.json');
    execFileSync('mkfifo', [sidecar]);
    await assert.rejects(readModelFile(path), { code: 'MODEL_BAD_SIDECAR', message: /: it is a pipe or a device$/ });
    rmSync(sidecar);
    writeFileSync(sidecar, ' '.repeat(2 ** 20 + 1));
    await assert.rejects(readModelFile(path), { code: 'MODEL_BAD_SIDECAR', message: /: it has 1048577 bytes, more than 1048576$/ });
  });

  it('a contract beside a model that states what nobody reads is refused: it is a typing error', async () => {
    const { path, folder } = place(wireModel([]));
    writeFileSync(join(folder, 'model.contract.json'), '{"colour": "bgr"}');
    await assert.rejects(readModelFile(path), {
      code: 'MODEL_BAD_SIDECAR',
      message: /: it states "colour", and may state contract, imgsz, color/,
    });
  });
});
