/** A run of many tiny pictures and several rounds: it ends holding no more than it began with, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { generateScenes } from '../dataset/index.ts';
import { runFiles } from '../pipeline/index.ts';
import { gone } from './interruption.ts';
import { assertEnded, lookInto, rowsOf, SMALL, startProgram, withFolder, writeConfig } from './small-run.ts';
import { type Sights, watchRun } from './watched-run.ts';

export interface LeakCase {
  /** Pictures to label in each round. */
  readonly unlabeled: number;
  /** After round 0. */
  readonly rounds: number;
}

/** What a process of ours may hold more in the last round than in the first: none. */
const MORE_DESCRIPTORS = 0;
const MORE_THREADS = 0;
/** The program's own size: SQLite's cache (64 MB) fills in the first rounds, and peaks differ by when the garbage collector comes. */
const MORE_RSS_MB = 192;
/** Each child is new, and does what that of the round before did. */
const MORE_CHILD_RSS_MB = 64;
/** Children of a round: those that label, one that trains, and those that measure. */
const PROCESSES = 2;
const CHILDREN = { label: PROCESSES, train: 1, evaluate: PROCESSES };
const MOST_EVENTS_A_ROUND = 40;

/** Runs the case and asserts all of it. @param tell is told the figures of each round */
export function checkLeaks({ unlabeled, rounds }: LeakCase, tell: (line: string) => void): Promise<void> {
  return withFolder(async (folder) => {
    await generateScenes(join(folder, 'data'), { seed: 3, labeled: 12, validation: 8, unlabeled, size: { width: 32, height: 32 } });
    const config = writeConfig(folder, {
      ...SMALL,
      rounds,
      teacher: { ...SMALL.teacher, processes: PROCESSES, batch: 1, maxDetections: 5 },
      student: { ...SMALL.student, inputSize: 32 },
      train: { ...SMALL.train, steps: 8 },
    });
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const sights = await watchRun(withTemporary(temporary, () => startProgram(['run', '-c', config, '--json'])));
    assertEnded(sights.ended, 0);
    for (const round of sights.rounds) tell(JSON.stringify(round));
    assertSteady(sights, rounds);
    await assertNothingLeft(join(folder, 'runs/small'), sights);
    assert.deepEqual(readdirSync(temporary), []);
    assertSmall(join(folder, 'runs/small'), rounds);
  });
}

/** A process that is started now has its temporary files there. */
function withTemporary<Result>(folder: string, start: () => Result): Result {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return start();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Round 0 labels nothing: the first round that does all there is to do is round 1. */
function assertSteady({ rounds }: Sights, expected: number): void {
  assert.equal(rounds.length, 1 + expected);
  const [first, ...later] = rounds.slice(1);
  for (const { round, least, rssMb, childRssMb, children } of [first, ...later]) {
    assert.deepEqual(children, CHILDREN, `children of round ${round}`);
    assert.equal(least.children, 0, `between stages of round ${round}, no child lives`);
    assert.ok(least.descriptors <= first.least.descriptors + MORE_DESCRIPTORS, `round ${round} holds ${least.descriptors} descriptors`);
    assert.ok(least.threads <= first.least.threads + MORE_THREADS, `round ${round} holds ${least.threads} threads`);
    assert.ok(rssMb <= first.rssMb + MORE_RSS_MB, `round ${round} takes ${rssMb} MB, round 1 took ${first.rssMb} MB`);
    for (const [stage, size] of Object.entries(childRssMb))
      assert.ok(size <= first.childRssMb[stage] + MORE_CHILD_RSS_MB, `${stage} of round ${round} takes ${size} MB`);
  }
}

async function assertNothingLeft(run: string, { pids }: Sights): Promise<void> {
  await gone(pids);
  const strange = (await runFiles(run)).filter(({ role }) => role === 'foreign' || role === 'unfinished' || role === 'checkpoint');
  assert.deepEqual(strange, []);
  assert.ok(!existsSync(join(run, 'owner.json')));
  assert.ok(!existsSync(join(run, 'requests')) || readdirSync(join(run, 'requests')).length === 0);
}

function assertSmall(run: string, rounds: number): void {
  const log = join(run, 'selfpaste.db-wal');
  assert.ok(!existsSync(log) || statSync(log).size === 0);
  const [{ events }] = lookInto(run, (db) => rowsOf(db, 'SELECT count(*) AS events FROM events')) as { readonly events: number }[];
  assert.ok(events <= MOST_EVENTS_A_ROUND * (1 + rounds), `${events} events`);
}
