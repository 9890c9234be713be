import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { catAndDog, writeTinyModel } from '../test/contract/teacher-models.ts';

/** A process that opens a model and ends, whose temporary files lie in a folder of their own. @returns their names */
function filesLeftBy(script: string, folder: string): string[] {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const { ORT_DISABLE_TELEMETRY: _set, ...env } = process.env;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...env, TMPDIR: temporary } });
  return readdirSync(temporary);
}

test('ONNX Runtime tells nobody what it runs, and leaves no file behind', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-runtime-'));
  try {
    const model = JSON.stringify(writeTinyModel(join(folder, 'model.onnx'), catAndDog));
    const script = `
      const { createSession, loadRuntime } = await import(${JSON.stringify(new URL('./runtime.js', import.meta.url).href)});
      await (await createSession(await loadRuntime(), ${model}, { threads: 1 }, () => {})).release();`;
    assert.deepEqual(filesLeftBy(script, folder), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
