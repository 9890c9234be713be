import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { writeFileAtomic } from '../../dataset/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import type { RunEvent } from '../progress.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { chooseStudent, forgetStudents, validate } from './round-students.ts';

const ROUND = 0;

interface Round {
  readonly context: StageContext;
  readonly events: readonly RunEvent[];
  /** A student of a step that has its numbers, beside those that its training left. */
  readonly measured: (step: number, maskAp: number | null) => Promise<void>;
  readonly files: () => string[];
}

/** A round in which some students were measured; what is in their files is not looked at. */
function withRound(patience: number | null, use: (round: Round, db: RunDatabase, folder: RunFolder) => Promise<void>): Promise<void> {
  return withDatabase(async (db, path) => {
    const folder = runFolder(path);
    const events: RunEvent[] = [];
    const stop = new AbortController().signal;
    const config = configWith({ train: { patience } });
    const context: StageContext = { db, folder, config, stop, emit: (event) => events.push(event) };
    db.rounds.start(ROUND, { stage: 'train', teacher: null, startedAtMs: 1 });
    const measured = async (step: number, maskAp: number | null) => {
      await writeFileAtomic(folder.studentAt(ROUND, step), `student of step ${step}`);
      db.metrics.record(ROUND, step, { loss: 1.5, maskLoss: 0.5, boxLoss: null });
      db.metrics.record(ROUND, step, { maskAp, boxAr100: 0.75 });
    };
    await use({ context, events, measured, files: () => readdirSync(folder.models).sort() }, db, folder);
  });
}

it('a step that was measured is not measured again: the same decision, the same file', () =>
  withRound(2, async ({ context, events, measured, files }, _db, folder) => {
    await measured(10, 0.3);
    await measured(20, 0.2);
    await measured(30, 0.2);
    for (const [step, decision] of [
      [20, 'go-on'],
      [30, 'stop-here'],
    ] as const) {
      await writeFileAtomic(folder.interimStudent(ROUND), 'trained again');
      assert.equal(await validate(context, ROUND, step), decision);
    }
    const facts = { maskAp: 0.2, boxAr100: 0.75 };
    assert.deepEqual(
      events,
      [20, 30].map((step) => ({ kind: 'measured', round: ROUND, step, facts })),
    );
    assert.deepEqual(files(), ['round-0-step-10.onnx', 'round-0-step-30.onnx']);
    assert.equal(readFileSync(folder.studentAt(ROUND, 30), 'utf8'), 'student of step 30');
  }));

it('the best student of all is the round’s, also where it is not the last', () =>
  withRound(null, async ({ context, measured, files }, _db, folder) => {
    await measured(10, 0.1);
    await measured(20, 0.4);
    await measured(30, 0.2);
    await writeFileAtomic(folder.interimStudent(ROUND), 'trained again');
    const step = await chooseStudent(context, ROUND, 30);
    assert.equal(step, 20);
    assert.equal(readFileSync(folder.student(ROUND), 'utf8'), 'student of step 20');
    forgetStudents(context, ROUND, step);
    assert.deepEqual(files(), ['round-0-step-30.onnx', 'round-0-student.onnx']);
  }));

it('a student that has nothing to be compared with is the round’s as it is', () =>
  withRound(null, async ({ context, files }, db, folder) => {
    await writeFileAtomic(folder.interimStudent(ROUND), 'the only one');
    const step = await chooseStudent(context, ROUND, 30);
    assert.equal(readFileSync(folder.student(ROUND), 'utf8'), 'the only one');
    assert.deepEqual(db.metrics.curve(ROUND, 'maskAp'), []);
    forgetStudents(context, ROUND, step);
    assert.deepEqual(files(), ['round-0-student.onnx']);
    assert.ok(!existsSync(folder.interimStudent(ROUND)));
  }));
