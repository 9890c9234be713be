/** A run that is watched while it goes on: pages, its log, and what is served of it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import type { RunReport } from '../pipeline/index.ts';
import { inStage, reached, skip } from './interruption.ts';
import { assertEnded, makeScenes, type Program, runProgram, SMALL, startProgram, withFolder, writeConfig } from './small-run.ts';

/** Ends what a failed test would leave running. */
async function ending(programs: readonly Program[], use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    for (const { process } of programs) process.kill('SIGKILL');
  }
}

const firstWords = (program: Program): Promise<string> =>
  new Promise((resolve) => program.process.stdout?.once('data', (text) => resolve(String(text))));

it('a watched run is shown until it stops, and served before and after', { skip }, () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const config = writeConfig(folder, { ...SMALL, rounds: 0, train: { ...SMALL.train, steps: 2000 } });
    const run = join(folder, 'runs/small');
    const program = startProgram(['run', '-c', config], folder);
    await reached(run, program, inStage('0/train'));

    const watching = startProgram(['status', run, '--watch', '0.3', '--json']);
    const leaving = startProgram(['status', run, '--watch', '0.3']);
    const firstPage = firstWords(leaving);
    const server = startProgram(['ui', run, '--port', '0', '--json']);
    await ending([program, watching, leaving, server], async () => {
      const { url } = JSON.parse(await firstWords(server)) as { url: string };
      assert.match(await metrics(url), /^selfpaste_state\{state="running"\} 1$/m);
      await firstPage;
      await leaves(leaving);
      assert.equal(program.process.exitCode, null);
      program.process.kill('SIGINT');
      assertEnded(await program.ended, 130);
      await sawItStop(watching);
      assert.match(await metrics(url), /^selfpaste_state\{state="interrupted"\} 1$/m);
      server.process.kill('SIGTERM');
      assertEnded(await server.ended, 0);
    });
    assert.match((await runProgram(['status', run])).stdout, /^run small: not running, in round 0, train .*`selfpaste resume`$/m);
  }),
);

const metrics = async (url: string): Promise<string> => (await fetch(`${url}metrics`)).text();

/** Who leaves takes nobody along. */
async function leaves(program: Program): Promise<void> {
  if (program.process.exitCode === null) program.process.kill('SIGINT');
  const page = await program.ended;
  assertEnded(page, 0);
  assert.match(page.stdout, /^run small: round 0, train$/m);
  assert.match(page.stdout, /^owner: process \d+ on /m);
}

async function sawItStop(program: Program): Promise<void> {
  const shown = await program.ended;
  assertEnded(shown, 0);
  const reports = shown.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunReport);
  assert.ok(reports.length >= 2);
  assert.deepEqual([reports[0].state.kind, reports[0].progress?.unit, reports[0].progress?.total], ['running', 'steps', 2000]);
  assert.deepEqual([reports.at(-1)?.state.kind, reports.at(-1)?.owner], ['interrupted', null]);
}
