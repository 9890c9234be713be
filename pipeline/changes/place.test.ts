import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { modelId, sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { addImage, box, labelPictures, selectRound } from '../labels/test-rounds.ts';
import { firstContext, MACHINE_VERSION, type Place } from '../machine/machine.ts';
import { runFolder } from '../run-folder.ts';
import { CAT, withDatabase } from '../test-data.ts';
import { placeOf } from './place.ts';

/** The run goes on at a stage of a round. */
function standAt(db: RunDatabase, round: number, stage: Place, value: Place | 'finished' | 'paused' = stage): void {
  const context = { ...firstContext({ rounds: 1, given: false, waits: [] }), round, stage };
  db.snapshots.add({ atMs: 1, machineVersion: MACHINE_VERSION, state: { value, context } });
}

test('a run that died before its first state stands at the import', () =>
  withDatabase((db, folder) => {
    assert.deepEqual(placeOf(db, runFolder(folder)), { round: 0, stage: 'import', progress: 'fixed', promoted: false });
  }));

test('labels and frozen selections are fixed, a selection that is open is not', () =>
  withDatabase((db, folder) => {
    const progressAt = (stage: Place) => {
      standAt(db, 1, stage);
      return placeOf(db, runFolder(folder)).progress;
    };
    assert.deepEqual([progressAt('label'), progressAt('select')], ['none', 'none']);
    labelPictures(db, 1, [[addImage(db, 1), [[CAT, box(4, 4, 20, 12)]]]]);
    assert.deepEqual([progressAt('label'), progressAt('select')], ['fixed', 'none']);
    selectRound(db, 1);
    assert.equal(progressAt('select'), 'some');
    db.rounds.freeze(1, {}, 1);
    assert.equal(progressAt('select'), 'fixed');
  }));

test('a training has begun with its first student or checkpoint; a round that is measured or decided has no such mark', () =>
  withDatabase((db, path) => {
    const folder = runFolder(path);
    db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
    standAt(db, 0, 'train', 'paused');
    assert.equal(placeOf(db, folder).progress, 'none');
    mkdirSync(dirname(folder.initialStudent(0)));
    writeFileSync(folder.initialStudent(0), '');
    assert.deepEqual(placeOf(db, folder), { round: 0, stage: 'train', progress: 'some', promoted: false });
    standAt(db, 0, 'promote', 'finished');
    assert.deepEqual(placeOf(db, folder), { round: 0, stage: 'decide', progress: 'none', promoted: false });
  }));

test("a student's evaluation begins with what it is worth, a given model's with its numbers", () =>
  withDatabase((db, folder) => {
    const progress = () => placeOf(db, runFolder(folder)).progress;
    db.rounds.start(0, { stage: 'evaluate', teacher: null, startedAtMs: 1 });
    standAt(db, 0, 'evaluate');
    db.metrics.record(0, 20, { maskAp: 0.5 });
    assert.equal(progress(), 'none');
    db.models.add({ round: 0, role: 'given', path: '/m.onnx', sha256: sha256('0'.repeat(64)), contract: {}, createdAtMs: 1 });
    assert.equal(progress(), 'some');
    assert.equal(db.calibrations.has(modelId(1)), false);
  }));
