import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('..', import.meta.url));
const modules = join(process.cwd(), 'node_modules');
const NATIVE = '@tensorflow/tfjs-node-gpu';

/** An installation of its own: this build, and the packages of this one, but native TensorFlow as the test wants it. */
const installation = mkdtempSync(join(tmpdir(), 'selfpaste-backend-'));
after(() => rmSync(installation, { recursive: true }));

writeFileSync(join(installation, 'package.json'), '{"type":"module"}');
for (const room of ['core', 'student']) cpSync(join(built, room), join(installation, room), { recursive: true });
linkAll(modules, join(installation, 'node_modules'), '@tensorflow');
linkAll(join(modules, '@tensorflow'), join(installation, 'node_modules', '@tensorflow'), 'tfjs-node-gpu');

function linkAll(from: string, to: string, except: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) if (name !== except) symlinkSync(join(from, name), join(to, name));
}

/** Loads a backend there, where whoever goes to the network fails, and trains one convolution. */
function load(choice: string) {
  const script = `
    globalThis.fetch = (what) => { throw new Error('fetched ' + what); };
    for (const name of ['net', 'http', 'https']) {
      const module = process.getBuiltinModule?.(name) ?? (await import('node:' + name)).default;
      for (const door of ['connect', 'get', 'request']) if (module[door]) module[door] = () => { throw new Error('used ' + name); };
    }
    const { loadBackend } = await import('./student/index.js');
    try {
      const { tf, name, threads, why } = await loadBackend(${JSON.stringify(choice)}, { threads: 3, deterministic: false });
      const gradient = tf.grad((filter) => tf.sum(tf.conv2d(tf.ones([1, 4, 4, 1]), filter, 1, 'valid')))(tf.ones([3, 3, 1, 1]));
      console.log(JSON.stringify({ name, threads, why, gradient: [...new Set(gradient.dataSync())] }));
    } catch ({ code, message, hint }) {
      console.log(JSON.stringify({ code, message, hint }));
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: installation,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

const wasm = { name: 'wasm', threads: 1, gradient: [4] };

test('wasm loads without native TensorFlow and without the network, on one thread whatever is asked for', () => {
  assert.deepEqual(load('wasm'), { ...wasm, why: 'the configuration asks for wasm' });
});

test('auto takes wasm where native TensorFlow is not installed, and says why', () => {
  const { why, ...facts } = load('auto');
  assert.deepEqual(facts, wasm);
  assert.match(String(why), /^native TensorFlow does not load: Cannot find module '@tensorflow\/tfjs-node-gpu'$/);
});

test('native where it is not installed says what to run', () => {
  assert.deepEqual(load('native'), {
    code: 'ENVIRONMENT_NO_TENSORFLOW',
    message: "Expected native TensorFlow for train.backend, but it does not load: Cannot find module '@tensorflow/tfjs-node-gpu'",
    hint: 'run `node scripts/bootstrap.mjs`, or set train.backend to "wasm"',
  });
});

const skip = existsSync(join(modules, NATIVE)) ? false : `${NATIVE} is not installed here`;

test('auto takes wasm where the package is there but its library was not built', { skip }, () => {
  const copy = join(installation, 'node_modules', NATIVE);
  for (const part of ['dist', 'package.json']) cpSync(join(modules, NATIVE, part), join(copy, part), { recursive: true });
  const { why, ...facts } = load('auto');
  assert.deepEqual(facts, wasm);
  assert.match(String(why), /^native TensorFlow does not load: The Node.js native addon module \(tfjs_binding.node\) can not be found/);
});
