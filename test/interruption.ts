/** Moments at which tests of the whole interrupt a run, and what may not depend on it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** Tables of which every row and column may not depend on interruptions, by the columns that order them. */
const SAME_ROWS: Readonly<Record<string, string>> = {
  categories: 'id',
  images: 'id',
  ground_truths: 'id',
  predictions: 'id',
  selections: 'round, image_id',
  pseudo_labels: 'round, image_id, prediction_id',
  drawn_labels: 'round, verdict_id',
  label_changes: 'round, kind, iou, prediction_id',
  suspicions: 'round, kind, strength, prediction_id',
  label_marks: 'round, mark, category_id, score, prediction_id',
  mark_counts: 'round, mark, category_id',
  selection_counts: 'round, category_id, status, reason',
  kept_areas: 'round, category_id, band',
  score_counts: 'round, category_id, bin',
  area_counts: 'round, category_id, band',
  truth_counts: 'subset, category_id, band',
  candidate_sets: 'round, image_id',
  calibration_sets: 'model_id, image_id',
  class_metrics: 'round, step, category_id',
};

/** Those of which some columns tell when something happened, or how fast. */
const SAME_COLUMNS: Readonly<Record<string, string>> = {
  label_attempts: 'SELECT round, image_id, status, reason, model_id, predictions FROM label_attempts ORDER BY round, image_id',
  quarantine: 'SELECT subset, path, file_name, reason, detail FROM quarantine ORDER BY subset, path',
  models: 'SELECT id, round, role, path, sha256, contract FROM models ORDER BY id',
  rounds: 'SELECT idx, stage, teacher_model_id, student_model_id, policy, promoted, drift FROM rounds ORDER BY idx',
  // Losses are means over the steps since the last report, which comes by the clock.
  metrics: "SELECT round, step, name, value FROM metrics WHERE name GLOB 'maskA[pr]*' OR name GLOB 'boxA[pr]*' ORDER BY round, step, name",
};

/** Those that are not compared, and why not. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  runs: 'who began it, and when',
  checkpoints: 'those that are left of the last round; their files are held to them',
  stage_times: 'times',
  events: 'times, and how often a process began',
  snapshots: 'times; the last state is compared',
  score_sums: 'how far sums were brought; what they come to is compared',
  area_sums: 'as score_sums',
  summed: 'as score_sums',
  actions: 'what people say, of which these runs hear nothing',
  verdicts: 'as actions',
  donations: 'as actions',
  image_words: 'as actions',
  notices: 'what receivers are still to be told',
};

/** What may not depend on interruptions. */
export function outcome(run: string) {
  const rows = lookInto(run, (db) => {
    assertNamed(db);
    const tables = Object.entries(SAME_ROWS).map(([table, order]) => [table, rowsOf(db, `SELECT * FROM ${table} ORDER BY ${order}`)]);
    const columns = Object.entries(SAME_COLUMNS).map(([name, sql]) => [name, rowsOf(db, sql)]);
    return Object.fromEntries([...tables, ...columns]) as Readonly<Record<string, readonly object[]>>;
  });
  return { rows, state: lookInto(run, (db) => db.snapshots.latest()?.state), files: filesOf(run) };
}

/** That no table is forgotten here. */
function assertNamed(db: RunDatabase): void {
  const named = new Set([SAME_ROWS, SAME_COLUMNS, NOT_COMPARED].flatMap((tables) => Object.keys(tables)));
  const tables = rowsOf(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") as { name: string }[];
  const forgotten = tables.map(({ name }) => name).filter((name) => !named.has(name));
  assert.deepEqual(forgotten, [], 'tables of which test/interruption.ts does not say whether they depend on interruptions');
}

/** The models and training sets of a run, by name, with their hashes. */
function filesOf(run: string): Readonly<Record<string, string>> {
  const names = ['models', 'rounds'].flatMap((folder) => readdirSync(join(run, folder)).map((name) => join(folder, name)));
  return Object.fromEntries(names.sort().map((name) => [name, hashOf(join(run, name))]));
}

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** What holds for every run that has ended, however it came there. @param pictures that it labels */
export function assertClean(run: string, pictures: number = SCENES.unlabeled): void {
  lookInto(run, (db) => {
    assert.deepEqual(rowsOf(db, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(rowsOf(db, 'PRAGMA foreign_key_check'), []);
    assertNoOrphans(db);
    assert.deepEqual(
      rowsOf(db, `SELECT round, count(*) AS images FROM label_attempts WHERE status = 'done' GROUP BY round`),
      db.rounds.all().flatMap(({ index }) => (index === 0 ? [] : [{ round: index, images: pictures }])),
      'every picture is labeled exactly once a round',
    );
    const recorded = db.rounds.all().flatMap(({ index }) => db.checkpoints.ofRound(index));
    assert.deepEqual(
      checkpointFiles(run).map((path) => [path, hashOf(join(run, path))]),
      recorded.map(({ path, sha256 }) => [path, sha256]).sort(),
      'the checkpoints that are there are those that the database knows',
    );
  });
  assert.deepEqual(
    readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((name) => /tmp|owner|requests|interim|part/.test(name)),
    [],
  );
}

/** Rows that belong to others which no foreign key names. */
function assertNoOrphans(db: RunDatabase): void {
  const orphans = {
    'attempts without candidates': `SELECT round, image_id FROM label_attempts WHERE status = 'done'
       EXCEPT SELECT round, image_id FROM candidate_sets`,
    'attempts of other numbers of predictions': `SELECT a.round, a.image_id FROM label_attempts a
       WHERE a.predictions <> (SELECT count(*) FROM predictions p WHERE p.round = a.round AND p.image_id = a.image_id)`,
    'pseudo-labels without a selection': `SELECT round, image_id FROM pseudo_labels EXCEPT SELECT round, image_id FROM selections`,
    'predictions without a decision': `SELECT p.id FROM predictions p JOIN rounds r ON r.idx = p.round AND r.frozen_at_ms IS NOT NULL
       WHERE p.id NOT IN (SELECT prediction_id FROM pseudo_labels)`,
    'measurings without classes': `SELECT round, step FROM metrics WHERE name = 'maskAp' EXCEPT SELECT round, step FROM class_metrics`,
    'classes without a measuring': `SELECT round, step FROM class_metrics EXCEPT SELECT round, step FROM metrics WHERE name = 'maskAp'`,
    'students that no round has': `SELECT id FROM models WHERE id NOT IN (SELECT student_model_id FROM rounds)`,
  };
  for (const [what, sql] of Object.entries(orphans)) assert.deepEqual(rowsOf(db, sql), [], what);
}

function checkpointFiles(run: string): string[] {
  const names = existsSync(join(run, 'checkpoints')) ? readdirSync(join(run, 'checkpoints'), { recursive: true, encoding: 'utf8' }) : [];
  return names
    .filter((name) => /step-.*checkpoint$/.test(name))
    .map((name) => join('checkpoints', name))
    .sort();
}
