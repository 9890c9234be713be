import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { maxBuffer: 64e6 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}

/** What the linter says of a file that is in a room for as long as the linter looks at it. */
async function lint(room: string, source: string): Promise<Ended> {
  const path = join(room, `planted-${randomUUID()}.ts`);
  writeFileSync(path, source);
  try {
    // biome wraps its messages to the width of the terminal that it believes in.
    const { code, output } = await run(join('node_modules', '.bin', 'biome'), ['lint', '--colors=off', path]);
    return { code, output: output.replace(/\s+/g, ' ') };
  } finally {
    rmSync(path, { force: true });
  }
}

const importing = (name: string, from: string): string => `import { ${name} } from '${from}';\n\nexport const planted = ${name};\n`;
const FORBIDDEN = (room: string): string => `${room}/ may not import from this room; see ARCHITECTURE.md, section Rooms.`;
const DOOR = 'Import another room only by its door, index.ts.';

/** Planted violations: where, what, and what the linter has to say. */
const VIOLATIONS: readonly (readonly [room: string, name: string, from: string, says: string])[] = [
  ['core', 'openDatabase', '../db/index.ts', FORBIDDEN('core')],
  ['config', 'readCoco', '../dataset/index.ts', FORBIDDEN('config')],
  ['dataset', 'openDatabase', '../db/index.ts', FORBIDDEN('dataset')],
  ['db', 'readCoco', '../dataset/index.ts', FORBIDDEN('db')],
  ['teacher', 'buildStudent', '../student/index.ts', FORBIDDEN('teacher')],
  ['pseudo', 'evaluate', '../eval/index.ts', FORBIDDEN('pseudo')],
  ['augment', 'buildStudent', '../student/index.ts', FORBIDDEN('augment')],
  ['student', 'openTeacher', '../teacher/index.ts', FORBIDDEN('student')],
  ['eval', 'selectPseudoLabels', '../pseudo/index.ts', FORBIDDEN('eval')],
  ['db', 'startRun', '../pipeline/index.ts', FORBIDDEN('db')],
  ['pipeline', 'findRun', '../cli/find-run.ts', FORBIDDEN('pipeline')],
  ['eval', 'boxIou', '../core/box.ts', DOOR],
  ['pipeline', 'sketchDataset', '../dataset/sketch.ts', DOOR],
  ['web', 'findRun', '../cli/find-run.ts', FORBIDDEN('web')],
  ['cli', 'machine', '../pipeline/machine/machine.ts', DOOR],
  ['web', 'runState', '../pipeline/telling/run-state.ts', DOOR],
  ['dataset', 'InferenceSession', 'onnxruntime-node', 'onnxruntime-node belongs to teacher/.'],
  ['pipeline', 'tensor1d', '@tensorflow/tfjs-core', '@tensorflow/tfjs-core belongs to student/.'],
  ['student', 'SqliteError', 'better-sqlite3', 'better-sqlite3 belongs to db/.'],
  ['cli', 'cache', 'sharp', 'sharp belongs to dataset/ and augment/.'],
  ['cli', 'createActor', 'xstate', 'xstate belongs to pipeline/.'],
  ['cli', 'Hono', 'hono', 'hono belongs to web/.'],
  ['pipeline', 'serve', '@hono/node-server', '@hono/node-server belongs to web/.'],
  ['web', 'SqliteError', 'better-sqlite3', 'better-sqlite3 belongs to db/.'],
];

const LEGAL: readonly (readonly [room: string, name: string, from: string])[] = [
  ['eval', 'boxIou', '../core/index.ts'],
  ['db', 'SqliteError', 'better-sqlite3'],
  ['teacher', 'InferenceSession', 'onnxruntime-node'],
  ['pipeline', 'openDatabase', '../db/index.ts'],
  ['pipeline', 'createActor', 'xstate'],
  ['web', 'runReport', '../pipeline/index.ts'],
  ['web', 'Hono', 'hono'],
  ['cli', 'startRun', '../pipeline/index.ts'],
  ['cli', 'serveRun', '../web/index.ts'],
];

describe('the rules of the rooms bite', () => {
  for (const [room, name, from, says] of VIOLATIONS)
    it(`${room}/ may not import ${from}`, async () => {
      const { code, output } = await lint(room, importing(name, from));
      assert.notEqual(code, 0, output);
      assert.ok(output.includes(says), output);
    });

  for (const [room, name, from] of LEGAL)
    it(`${room}/ may import ${from}`, async () => {
      const { code, output } = await lint(room, importing(name, from));
      assert.equal(code, 0, output);
    });
});

/** What only child processes load. */
const HEAVY = /node_modules\/(@tensorflow\/[\w-]+|onnxruntime-[\w]+)\//;

/** Files of heavy packages that a fresh process has loaded after an import: modules and native libraries. */
async function heavyFilesAfter(script: string): Promise<string[]> {
  const report = `
    const { default: module } = await import('node:module');
    const files = [...Object.keys(module._cache), ...process.report.getReport().sharedObjects];
    process.stdout.write(JSON.stringify(files));
  `;
  const { code, output } = await run(process.execPath, ['--input-type=module', '-e', `${script};${report}`]);
  assert.equal(code, 0, output);
  return (JSON.parse(output) as string[]).filter((file) => HEAVY.test(file));
}

const compiled = (file: string): string => JSON.stringify(new URL(`../${file}`, import.meta.url).href);
const installed = (name: string): string => JSON.stringify(pathToFileURL(join(process.cwd(), 'node_modules', name)).href);

describe('the orchestrator loads neither tfjs nor ONNX Runtime', () => {
  for (const door of ['pipeline/index.js', 'cli/main.js', 'teacher/index.js', 'student/index.js'])
    it(`not by importing ${door}`, async () => {
      assert.deepEqual(await heavyFilesAfter(`await import(${compiled(door)})`), []);
    });

  it('and this would be seen', async () => {
    const files = await heavyFilesAfter(
      `await import(${installed('onnxruntime-node/dist/index.js')}); await import(${installed('@tensorflow/tfjs-core/dist/tf-core.node.js')})`,
    );
    assert.ok(
      files.some((file) => /onnxruntime-node\/.*\.node$/.test(file)),
      files.join('\n'),
    );
    assert.ok(
      files.some((file) => /@tensorflow\/tfjs-core\//.test(file)),
      files.join('\n'),
    );
  });
});
