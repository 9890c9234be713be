import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import test from 'node:test';
import { classIndex } from '../../core/index.ts';
import { openDatabase, type RunDatabase } from '../../db/index.ts';
import { type MeasuredReport, makeRunFolder, runFolder } from '../../pipeline/index.ts';
import { CAT, configWith, DOG } from '../../pipeline/test-data.ts';
import { assertEnded, programJson, runProgram, withFolder } from '../../test/small-run.ts';

/** A run whose round 0 trains, as `fill` has it. */
const withRun = (fill: (db: RunDatabase) => void, use: (path: string) => Promise<void>): Promise<void> =>
  withFolder(async (path) => {
    const { database } = runFolder(path);
    makeRunFolder(dirname(database));
    const db = openDatabase(database, { mode: 'create' });
    const config = configWith({});
    const { name, seed, hash } = config;
    db.runs.create({ name, seed, config, configHash: hash, programVersion: '0', machineVersion: 1, createdAtMs: 1 });
    db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
    fill(db);
    db.close();
    await use(path);
  });

test('as JSON, a validation holds the numbers of its measuring, without those of the training at its step', () =>
  withRun(
    (db) => db.metrics.record(0, 10, { loss: 2, boxLoss: 1, maskAp: 0.25, boxAr100: null }),
    async (path) => {
      const { rounds, classes } = await programJson<MeasuredReport>(['status', path, '--json']);
      assert.deepEqual(rounds[0].validations, [{ step: 10, metrics: { boxAr100: null, maskAp: 0.25 } }]);
      assert.equal(classes, null, 'of a version that kept none');
      const { stdout } = await runProgram(['status', path, '--classes']);
      assert.match(stdout, /^AP by class: not known, as no student was measured yet, or by a version that did not keep it\.$/m);
    },
  ));

const CAT_NUMBERS = { category: CAT, truths: 4, maskAp: 0.5, maskAp50: 0.75, boxAp: 0.4375 };
const DOG_NUMBERS = { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null };

test('by class it says what the best student of the last round that has one is worth', () =>
  withRun(
    (db) => {
      db.categories.add([
        { id: CAT, name: 'cat\u001b[2J', classIndex: classIndex(0) },
        { id: DOG, name: 'dog', classIndex: classIndex(1) },
      ]);
      for (const [step, maskAp] of [
        [10, 0.5],
        [20, 0.25],
      ] as const) {
        db.metrics.record(0, step, { maskAp });
        db.classMetrics.record(0, step, [{ ...CAT_NUMBERS, maskAp }, DOG_NUMBERS]);
      }
      db.rounds.start(1, { stage: 'train', teacher: null, startedAtMs: 2 });
    },
    async (path) => {
      const { classes } = await programJson<MeasuredReport>(['status', path, '--json']);
      const named = [
        { ...CAT_NUMBERS, name: 'cat\u001b[2J' },
        { ...DOG_NUMBERS, name: 'dog' },
      ];
      assert.deepEqual(classes, { round: 0, step: 10, classes: named });
      const text = await runProgram(['status', path, '--classes']);
      assertEnded(text, 0);
      assert.deepEqual(text.stdout.trimEnd().split('\n').slice(-5), [
        'AP by class of round 0, step 10:',
        'class       objects  mask AP   AP50  box AP',
        '----------  -------  -------  -----  ------',
        'cat\\x1b[2J        4    0.500  0.750   0.438',
        'dog               0        -      -       -',
      ]);
      assert.doesNotMatch((await runProgram(['status', path])).stdout, /by class/);
      const watched = await runProgram(['status', path, '--classes', '--watch']);
      assert.equal(watched.code, 2);
      assert.match(watched.stderr, /'--classes' cannot be used with option '--watch/);
    },
  ));
