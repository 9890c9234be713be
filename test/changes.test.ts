import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { restoreConfig } from '../config/index.ts';
import type { RunDatabase } from '../db/index.ts';
import { changeSettings, forkRun, planSettings, type Wanted } from '../pipeline/index.ts';
import { assertClean, checkpointAt, killAt, outcome, skip } from './interruption.ts';
import { assertEnded, lookInto, makeScenes, rowsOf, runProgram, SMALL, startProgram, writeConfig } from './small-run.ts';

const settings = (...overrides: string[]): Wanted => ({ settings: (stored) => restoreConfig(stored, overrides), data: 'as-imported' });
/** Keeps fewer labels than SMALL does. */
const STRICTER = 'policy.score=0.0015';

/** Sums that triggers keep, as they are and as they would be counted. */
function sums(db: RunDatabase) {
  const counted = [
    [
      'score_counts',
      'SELECT round, category_id, min(19, CAST(score * 20 AS INTEGER)) AS bin, count(*) AS predictions FROM predictions GROUP BY 1, 2, 3',
    ],
    ['selection_counts', 'SELECT round, category_id, status, reason, count(*) AS predictions FROM pseudo_labels GROUP BY 1, 2, 3, 4'],
    ['mark_counts', 'SELECT round, mark, category_id, count(*) AS predictions FROM label_marks GROUP BY 1, 2, 3'],
  ] as const;
  return counted.map(([table, count]) => {
    const columns = table === 'score_counts' ? 'round, category_id, bin, predictions' : '*';
    return [
      rowsOf(db, `SELECT ${columns} FROM ${table} WHERE predictions > 0 ORDER BY 1, 2, 3, 4`),
      rowsOf(db, `${count} ORDER BY 1, 2, 3, 4`),
    ];
  });
}

function assertWhole(run: string): void {
  assertClean(run);
  lookInto(run, (db) => {
    for (const [kept, counted] of sums(db)) assert.deepEqual(kept, counted);
    const guards = rowsOf(db, "SELECT count(*) AS count FROM sqlite_schema WHERE type = 'trigger'");
    assert.deepEqual(
      guards,
      lookInto(join(run, '../base'), (base) => rowsOf(base, "SELECT count(*) AS count FROM sqlite_schema WHERE type = 'trigger'")),
    );
  });
}

const TABLES = [
  'runs',
  'images',
  'ground_truths',
  'models',
  'rounds',
  'label_attempts',
  'predictions',
  'selections',
  'pseudo_labels',
  'metrics',
  'class_metrics',
];
const allRows = (run: string) =>
  lookInto(run, (db) =>
    [...TABLES, 'checkpoints', 'events', 'snapshots', 'calibration_sets', 'candidate_sets'].map((table) =>
      rowsOf(db, `SELECT * FROM ${table} ORDER BY 1, 2`),
    ),
  );
const stagesTold = (run: string): readonly string[] =>
  lookInto(run, (db) => db.events.after(0, 1000))
    .filter(({ kind }) => kind === 'stage-started')
    .map(({ data }) => {
      const { round, stage } = data as { round: number; stage: string };
      return `${round}/${stage}`;
    });

describe('a run that goes on with other settings', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-changes-'));
  const folderOf = (name: string): string => join(folder, 'runs', name);
  const base = folderOf('base');
  const launch = (name: string, ...set: string[]) =>
    startProgram(['run', '-c', join(folder, 'selfpaste.yaml'), ...[`name=${name}`, ...set].flatMap((one) => ['--set', one])]);

  before(async () => {
    await makeScenes(folder);
    writeConfig(folder, SMALL);
    assert.equal(await killAt(base, launch('base'), checkpointAt(1, 6)), '1/train');
    assertEnded(await launch('stricter', STRICTER).ended, 0);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says what each change invalidates, and does nothing', () => {
    const rows = allRows(base);
    const plan = planSettings(
      base,
      settings(STRICTER, 'train.steps=24', 'rounds=2', 'disk.minFreeMb=1', 'data.maxPixels=1000000', 'name=other'),
    );
    assert.deepEqual(
      plan.changes.map(({ key, effect }) => [key, effect.kind]),
      [
        ['rounds', 'nothing'],
        ['data.maxPixels', 'data'],
        ['policy.score', 'round'],
        ['train.steps', 'stage'],
        ['disk.minFreeMb', 'nothing'],
      ],
    );
    assert.deepEqual(
      plan.ignored.map(({ key }) => key),
      ['name'],
    );
    assert.deepEqual(plan.restart, { kind: 'import' });
    assert.deepEqual(allRows(base), rows);
  });

  it('refuses what would reach frozen labels', async () => {
    const rows = allRows(base);
    await assert.rejects(changeSettings(base, settings(STRICTER), 'Ada'), {
      code: 'USAGE_SETTINGS_NEED_FORK',
      message:
        'Expected settings and data with which the run can go on, got another policy.score: select of round 1 is done, and stays as it is',
      hint: 'go on in a new run with `--fork NAME`, which shares what is still valid, or leave that as it was',
    });
    assert.deepEqual(allRows(base), rows);
  });

  it('forks: labels are shared, not made again, and what comes of it is what a fresh run makes', async () => {
    const rows = allRows(base);
    const { folder: fork, plan } = await forkRun(base, settings(STRICTER), 'fork', 'Ada');
    assert.equal(fork, folderOf('fork'));
    assert.deepEqual(plan.restart, { kind: 'fork', at: { round: 1, stage: 'select' } });
    assert.deepEqual(allRows(base), rows);
    assert.equal(statSync(join(fork, 'models/round-0-student.onnx')).ino, statSync(join(base, 'models/round-0-student.onnx')).ino);
    assert.ok(!existsSync(join(fork, 'rounds/round-1-initial.onnx')));
    assertWhole(fork);
    assertEnded(await runProgram(['resume', fork]), 0);
    assert.deepEqual(stagesTold(fork), ['1/select', '1/train', '1/evaluate', '1/promote']);
    assertWhole(fork);
    assert.deepEqual(outcome(fork), outcome(folderOf('stricter')));
    for (const file of ['models/round-1-student.onnx', 'models/best.onnx'])
      assert.ok(readFileSync(join(fork, file)).equals(readFileSync(join(folderOf('stricter'), file))), file);
    assert.deepEqual(allRows(base), rows);
  });

  it('does what was agreed to or nothing, where the run moved on meanwhile', async () => {
    const { folder: run } = await forkRun(base, settings(), 'moved', 'Ada');
    const wanted = settings('train.steps=24');
    const agreed = planSettings(run, wanted);
    await changeSettings(run, settings('train.steps=22'), 'Grace');
    const rows = allRows(run);
    const moved = {
      code: 'USAGE_RUN_MOVED',
      message: `Expected ${run} where it was when its settings were compared, but it moved on meanwhile: they mean something else there`,
      hint: 'give the same command again, and look at what it says now',
    };
    await assert.rejects(changeSettings(run, wanted, 'Ada', agreed), moved);
    await assert.rejects(forkRun(run, wanted, 'after', 'Ada', agreed), moved);
    assert.deepEqual([allRows(run), existsSync(folderOf('after'))], [rows, false]);
    assert.equal((await changeSettings(run, wanted, 'Ada', planSettings(run, wanted))).restart.kind, 'none');
  });

  it('refuses a name that is taken, and one that is none', async () => {
    await assert.rejects(forkRun(base, settings(STRICTER), 'stricter', 'Ada'), {
      code: 'USAGE_FORK_EXISTS',
      hint: 'choose another name, or go on with that run with `selfpaste resume`',
    });
    await assert.rejects(forkRun(base, settings(STRICTER), '../elsewhere', 'Ada'), { code: 'USAGE_FORK_NAME' });
  });

  it('starts the stage at work anew where that is all it takes', async () => {
    const { folder: run } = await forkRun(base, settings(), 'longer', 'Ada');
    assert.ok(lookInto(run, (db) => db.checkpoints.ofRound(1).length) > 0);
    const plan = await changeSettings(run, settings('train.steps=24', 'train.learningRate=0.002'), 'Ada');
    assert.deepEqual(plan.restart, { kind: 'stage', at: { round: 1, stage: 'train' } });
    assert.deepEqual(
      plan.changes.map(({ madeBefore }) => madeBefore),
      [[0], [0]],
    );
    assert.equal(
      lookInto(run, (db) => db.checkpoints.ofRound(1).length),
      0,
    );
    assertEnded(await runProgram(['resume', run]), 0);
    assertWhole(run);
    assert.deepEqual(stagesTold(run), ['1/train', '1/evaluate', '1/promote']);
    const steps = lookInto(run, (db) => [0, 1].map((round) => db.metrics.curve(round, 'maskAp').at(-1)?.step));
    assert.deepEqual(steps, [20, 24]);
  });

  it('goes on behind its end where more rounds are asked for', async () => {
    const run = folderOf('stricter');
    const plan = await changeSettings(run, settings('rounds=2', 'policy.score=0.001'), 'Ada');
    assert.deepEqual(
      plan.changes.map(({ key, effect }) => [key, effect.kind]),
      [
        ['rounds', 'nothing'],
        ['policy.score', 'nothing'],
      ],
    );
    assertEnded(await runProgram(['resume', run]), 0);
    assert.equal(
      lookInto(run, (db) => db.rounds.latest()?.index),
      2,
    );
    const policies = lookInto(run, (db) =>
      db.rounds.all().flatMap(({ selection }) => (selection.state === 'frozen' ? [selection.policy] : [])),
    );
    assert.deepEqual(
      policies.map((policy) => (policy as { score: number }).score),
      [0.0015, 0.001],
    );
  });

  it('forks to other data with nothing but the settings', async () => {
    const { folder: run } = await forkRun(base, settings('data.maxPixels=1000000'), 'data', 'Ada');
    assertEnded(await runProgram(['resume', run, '--until', 'stage=import']), 0);
    assert.deepEqual(stagesTold(run), ['0/import']);
  });
});
