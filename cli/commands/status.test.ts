import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import test from 'node:test';
import { openDatabase, type RunStatus } from '../../db/index.ts';
import { makeRunFolder, runFolder } from '../../pipeline/index.ts';
import { configWith } from '../../pipeline/test-data.ts';
import { programJson, withFolder } from '../../test/small-run.ts';

test('as JSON, a validation holds the numbers of its measuring, without those of the training at its step', () =>
  withFolder(async (path) => {
    const { database } = runFolder(path);
    makeRunFolder(dirname(database));
    const db = openDatabase(database, { mode: 'create' });
    const config = configWith({});
    const { name, seed, hash } = config;
    db.runs.create({ name, seed, config, configHash: hash, programVersion: '0', machineVersion: 1, createdAtMs: 1 });
    db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
    db.metrics.record(0, 10, { loss: 2, boxLoss: 1, maskAp: 0.25, boxAr100: null });
    db.close();
    const { rounds } = await programJson<RunStatus>(['status', path, '--json']);
    assert.deepEqual(rounds[0].validations, [{ step: 10, metrics: { boxAr100: null, maskAp: 0.25 } }]);
  }));
