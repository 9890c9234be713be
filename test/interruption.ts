/** Moments at which tests of the whole interrupt a run, and what may not depend on it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunDatabase } from '../db/index.ts';
import { childrenOf, isAlive, lookInto, type Program, rowsOf, SCENES } from './small-run.ts';

/** Why a test that looks for a run's children cannot run here; false where it can. */
export const skip = existsSync('/proc/self/task') ? false : 'children are found in /proc, which this system lacks';
const POLL_MS = 3;

/** A moment of a run, as its database shows it. */
export type Moment = (db: RunDatabase) => boolean;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const stageOf = (db: RunDatabase): string => `${db.rounds.latest()?.index}/${db.rounds.latest()?.stage}`;
export const labeledIn = (round: number, count: number): Moment => {
  return (db) => db.labeling.counts(round).done >= count;
};
export const checkpointAt = (round: number, step: number): Moment => {
  return (db) => (db.checkpoints.ofRound(round)[0]?.step ?? 0) >= step;
};
export const inStage = (stage: string): Moment => {
  return (db) => stageOf(db) === stage;
};

/** Waits for a moment of a run; throws where its process ends before. */
export async function reached(run: string, program: Program, moment: Moment): Promise<void> {
  while (program.process.exitCode === null && program.process.signalCode === null) {
    if (existsSync(join(run, 'selfpaste.db')) && look(run, moment)) return;
    await pause(POLL_MS);
  }
  assert.fail(`the run ended before the moment came: ${JSON.stringify(await program.ended)}`);
}

/** Whether a moment has come; not before the database has its tables. */
function look(run: string, moment: Moment): boolean {
  try {
    return lookInto(run, moment);
  } catch {
    return false;
  }
}

/** Kills a run's own process at a moment, and sees that its children leave. @returns the stage in which it was */
export async function killAt(run: string, program: Program, moment: Moment): Promise<string> {
  await reached(run, program, moment);
  const children = childrenOf(program.pid);
  program.process.kill('SIGKILL');
  assert.equal((await program.ended).signal, 'SIGKILL');
  await gone(children);
  return lookInto(run, stageOf);
}

/** Children leave when their channel closes, at the latest after the native call that they are in. */
export async function gone(pids: readonly number[]): Promise<void> {
  const MOST_MS = 30_000;
  const deadline = Date.now() + MOST_MS;
  while (pids.some(isAlive)) {
    assert.ok(Date.now() < deadline, `processes ${pids.filter(isAlive)} live on`);
    await pause(20);
  }
}

/** What may not depend on interruptions. */
export function outcome(run: string) {
  const rows = lookInto(run, (db) => ({
    images: rowsOf(db, 'SELECT id, sha256, subset FROM images ORDER BY id'),
    attempts: rowsOf(db, 'SELECT round, image_id, status, predictions FROM label_attempts ORDER BY round, image_id'),
    predictions: rowsOf(
      db,
      'SELECT round, image_id, category_id, score, x1, y1, x2, y2, area_px2, rle FROM predictions ORDER BY round, image_id, id',
    ),
    pseudoLabels: rowsOf(
      db,
      `SELECT s.round, s.image_id, s.category_id, s.score, s.status, s.reason, s.weight, p.rle
       FROM pseudo_labels s JOIN predictions p ON p.id = s.prediction_id ORDER BY s.round, s.image_id, s.prediction_id`,
    ),
    rounds: rowsOf(db, 'SELECT idx, stage, policy, promoted FROM rounds ORDER BY idx'),
    evaluation: rowsOf(
      db,
      "SELECT round, step, name, value FROM metrics WHERE name LIKE 'mask%' OR name LIKE 'box%' ORDER BY round, step, name",
    ).filter((row) => !/Loss$/.test((row as { name: string }).name)),
  }));
  const students = lookInto(run, (db) => db.models.all().map(({ round, role, sha256 }) => ({ round, role, sha256 })));
  return { ...rows, students };
}

export function assertClean(run: string): void {
  lookInto(run, (db) => {
    assert.deepEqual(rowsOf(db, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(rowsOf(db, 'PRAGMA foreign_key_check'), []);
    assert.equal(db.labeling.counts(1).done, SCENES.unlabeled);
  });
  const unfinished = readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((name) => /tmp|owner/.test(name));
  assert.deepEqual(unfinished, []);
}
