import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unlessLong } from './long-form.ts';
import { assertEnded, type Ended, lookInto, makeScenes, rowsOf, runProgram, SMALL, withFolder, writeConfig } from './small-run.ts';

const LIMIT_MB = 1200;

/** Makes a trainer take memory when it has made at least fifty steps. */
const LEAK = `
const send = process.send?.bind(process);
let first;
globalThis.leaked = null;
if (send) process.send = (message, ...rest) => {
  if (message.kind === 'checkpoint') {
    first ??= message.step;
    if (message.step >= first + 40) globalThis.leaked ??= Buffer.alloc(${LIMIT_MB} * 2 ** 20, 1);
  }
  return send(message, ...rest);
};
`;

/** Runs the program with a module that each of its processes loads first. */
async function runWith(module: string, args: readonly string[]): Promise<Ended> {
  process.env.NODE_OPTIONS = `--import=${pathToFileURL(module)}`;
  try {
    return await runProgram(args);
  } finally {
    delete process.env.NODE_OPTIONS;
  }
}

it('a trainer that outgrows its memory limit is replaced, and the student has the same bytes', { skip: unlessLong('memory-limit') }, () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const train = { ...SMALL.train, steps: 75, batchSize: 1, checkpointSteps: 15 };
    const config = writeConfig(folder, { ...SMALL, rounds: 0, train, student: { ...SMALL.student, strides: [8, 16] } });
    const leak = join(folder, 'leak.mjs');
    writeFileSync(leak, LEAK);
    const argsOf = (name: string) => ['run', '-c', config, '--set', `name=${name}`];
    assertEnded(await runProgram(argsOf('unlimited')), 0);
    const limited = await runWith(leak, [...argsOf('limited'), '--set', `train.memoryLimitMb=${LIMIT_MB}`]);
    assertEnded(limited, 0);
    assert.match(limited.stderr, /The trainer process \d+ has \d+ MB, more than train\.memoryLimitMb = 1200; replaced/);
    assert.doesNotMatch(limited.stderr, /ended unexpectedly|the limit is not kept/);
    const [student, same] = ['limited', 'unlimited'].map((name) => join(folder, 'runs', name));
    const file = 'models/round-0-student.onnx';
    assert.ok(readFileSync(join(student, file)).equals(readFileSync(join(same, file))));
    const starts = (run: string) => lookInto(run, (db) => rowsOf(db, "SELECT data FROM events WHERE kind = 'backend'").length);
    assert.equal(starts(same), 1);
    assert.ok(starts(student) > 1, `${starts(student)} trainers`);
  }),
);
