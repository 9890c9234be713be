import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResolvedConfig, restoreConfig } from '../../config/index.ts';
import { modelId, sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { firstContext } from '../machine/machine.ts';
import type { RunState } from '../machine/machine-state.ts';
import { measuredStatus, studentValidation } from '../telling/measured-status.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { studentStep } from '../training/student-step.ts';
import { planChanges } from './change-plan.ts';
import { rescored, stateAt } from './context.ts';
import { settingsEvent } from './past-settings.ts';

const byMask = restoreConfig(configWith({}), ['data.unlabeled={ images: more }', 'rounds=3']);
const byBox = restoreConfig(byMask, ['promote.metric=boxAp']);

/** Trains a round whose masks are best at step 5 and whose boxes are best at step 10. */
function train(db: RunDatabase, round: number): void {
  db.rounds.start(round, { stage: 'train', teacher: null, startedAtMs: 1 });
  db.metrics.record(round, 5, { maskAp: 0.4, boxAp: 0.1 });
  db.metrics.record(round, 10, { maskAp: 0.2, boxAp: 0.3 });
  const hash = sha256(String(round).padStart(64, '0'));
  const student = db.models.add({ round, role: 'student', path: 'models/s.onnx', sha256: hash, contract: {}, createdAtMs: 1 });
  db.rounds.setStudent(round, student);
}

/** Where round 1 is about to label with the student of round 0. */
const labeling: RunState = {
  value: 'label',
  context: { ...firstContext({ given: false, rounds: 3, waits: [] }), round: 1, stage: 'label', teacher: modelId(1), teacherScore: 0.4 },
};

function recordChange(db: RunDatabase, before: ResolvedConfig, after: ResolvedConfig): void {
  const plan = planChanges(before, after, { round: 1, stage: 'label', progress: 'none', promoted: false });
  db.events.add({ atMs: 1, round: 1, kind: 'settings-changed', data: settingsEvent(plan, 'Ada') });
}

test('under another metric a teacher has the score of the step that it was trained to, not of the step that would be best now', () =>
  withDatabase((db) => {
    train(db, 0);
    const change = { db, before: byMask, after: byBox };
    assert.equal(rescored(change, labeling).context.teacherScore, 0.1);
    db.rounds.start(1, { stage: 'label', teacher: modelId(1), startedAtMs: 1 });
    assert.equal(stateAt(change, labeling, { round: 1, stage: 'label' }).context.teacherScore, 0.1);
    recordChange(db, byMask, byBox);
    assert.equal(rescored({ db, before: byBox, after: byMask }, labeling).context.teacherScore, 0.4, 'and changed back');
  }));

test('each round is shown with the student that it has', () =>
  withDatabase((db) => {
    const facts = { name: 'small', seed: 5, configHash: byBox.hash, programVersion: '0', machineVersion: 1, createdAtMs: 1 };
    db.runs.create({ ...facts, config: byBox });
    train(db, 0);
    recordChange(db, byMask, byBox);
    train(db, 1);
    db.rounds.start(2, { stage: 'label', teacher: modelId(2), startedAtMs: 1 });
    assert.deepEqual(
      [0, 1, 2].map((round) => studentStep(db, byBox, round)),
      [5, 10, null],
    );
    assert.deepEqual(
      measuredStatus(db).rounds.map((round) => studentValidation(round)?.step),
      [5, 10, undefined],
    );
  }));
