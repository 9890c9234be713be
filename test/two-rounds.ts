/** Inputs of the tests of thresholds and of comparisons: a run whose teacher saw the same pictures in two rounds, and how a page asks. */
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Box, CategoryId, PredictionId } from '../core/index.ts';
import type { RunDatabase } from '../db/index.ts';
import { addImage, addModel, CAT, DOG, label, prediction, T0, testFolder, testRun } from '../db/test-database.ts';
import { selectRound } from '../pipeline/labels/test-rounds.ts';
import { runApp } from '../web/app.ts';
import { openSite } from '../web/site.ts';
import { testReport } from '../web/test-report.ts';

export const LEFT: Box = { x1: 4, y1: 4, x2: 20, y2: 16 };
export const RIGHT: Box = { x1: 34, y1: 20, x2: 60, y2: 44 };
const TOKEN = 'secret';

export interface TwoRounds {
  readonly db: RunDatabase;
  readonly folder: string;
  /** By round, in the order in which the teacher said them. */
  readonly said: readonly (readonly PredictionId[])[];
  /** Asks, and reads the answer whether it is one or an error. */
  ask<Answer>(path: string, body?: unknown): Promise<{ readonly status: number; readonly answer: Answer }>;
}

export type Said = readonly [score: number, category: CategoryId, box: Box];

/** Round 1 sees a sure cat and a dog that is not; round 2 the same cat, surer, and that the other is a cat as well. */
export const ROUNDS: readonly (readonly Said[])[] = [
  [
    [0.8, CAT, LEFT],
    [0.6, DOG, RIGHT],
    [0.4, CAT, { x1: 34, y1: 2, x2: 50, y2: 14 }],
  ],
  [
    [0.9, CAT, LEFT],
    [0.55, CAT, RIGHT],
  ],
];

export function twoRounds(t: TestContext, rounds: readonly (readonly Said[])[] = ROUNDS): TwoRounds {
  const path = join(testFolder(t), 'selfpaste.db');
  const db = testRun(t, path);
  const { name, seed, config, configHash, programVersion, machineVersion, createdAtMs } = testReport('a').run ?? fail();
  db.runs.create({ name, seed, config, configHash, programVersion, machineVersion, createdAtMs });
  const image = addImage(db, 1);
  const said = rounds.map((seen, at) => {
    const round = at + 1;
    if (round > 1) db.rounds.start(round, { stage: 'label', teacher: addModel(db, round), startedAtMs: T0 });
    const ids = label(
      db,
      image,
      seen.map(([score, category, box]) => prediction(score, category, box)),
      round,
    );
    selectRound(db, round);
    return ids;
  });
  const site = openSite(dirname(path));
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: TOKEN, forEverything: false });
  const headers = { host: 'localhost', 'content-type': 'application/json', 'x-selfpaste-token': TOKEN };
  const ask = async <Answer>(address: string, body?: unknown) => {
    const sent = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await app.request(address, sent);
    return { status: response.status, answer: (await response.json()) as Answer };
  };
  return { db, folder: dirname(path), said, ask };
}

function fail(): never {
  throw new Error('Expected the facts of a run');
}
