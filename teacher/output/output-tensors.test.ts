import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { after } from 'node:test';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import { createSession, loadRuntime } from '../runtime.ts';
import { OutputTensors } from './output-tensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-outputs-'));
after(() => rmSync(folder, { recursive: true }));

/** Many, because others allocate too. */
const runs = 1000;

test('each run writes to the memory that the first one gave, and leaves none of its own', async () => {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, writeTinyModel(join(folder, 'model.onnx'), catAndDog), { threads: 1 }, assert.fail);
  const [input] = session.inputNames;
  const feeds = { [input]: new runtime.Tensor('float32', new Float32Array(3 * 16 * 16), [1, 3, 16, 16]) };
  const outputs = new OutputTensors(session, session.outputNames);
  const first = await outputs.run(feeds);
  const values = Object.values(first).map(({ data }) => Float32Array.from(data as Float32Array));
  const before = process.memoryUsage().arrayBuffers;
  for (let run = 0; run < runs; run++) await outputs.run(feeds);
  const grown = process.memoryUsage().arrayBuffers - before;
  const second = await outputs.run(feeds);
  await session.release();
  for (const name of session.outputNames) assert.equal(second[name], first[name]);
  assert.deepEqual(
    Object.values(second).map(({ data }) => data),
    values,
  );
  const each = values.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  assert.ok(grown < (runs * each) / 2, `${grown} bytes after ${runs} runs of ${each} bytes`);
});
