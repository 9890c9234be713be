import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type ModelId, SelfpasteError, sha256 } from '../../core/index.ts';
import { makeFolders } from '../../dataset/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { firstContext, type RunContext } from '../machine/machine.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { withDatabase } from '../test-data.ts';
import { withWholeModels } from './run-models.ts';

interface Files {
  readonly folder: RunFolder;
  readonly teacher: ModelId;
  readonly student: ModelId;
  /** Looks at the files, and goes on. */
  readonly goOn: (context?: Partial<RunContext>) => Promise<RunContext>;
  readonly notes: readonly string[];
}

/** A run in round 1 with a teacher, its copy and a student; a model's bytes are its name. */
function withModels(role: 'given' | 'student', use: (files: Files) => Promise<void>): Promise<void> {
  return withDatabase(async (db, path) => {
    const folder = runFolder(path);
    makeFolders(folder.models);
    const notes: string[] = [];
    const emit = (event: { readonly kind: string }) => notes.push('text' in event ? String(event.text) : event.kind);
    const teacher = addModel(db, folder, 0, role, 'teacher');
    const student = addModel(db, folder, 1, 'student', 'student');
    writeFileSync(folder.best, 'teacher');
    const context = { ...firstContext({ rounds: 1, given: false, waits: [] }), round: 1, stage: 'evaluate', teacher, student } as const;
    await use({ folder, teacher, student, notes, goOn: (more) => withWholeModels({ db, folder, emit }, { ...context, ...more }) });
  });
}

function addModel(db: RunDatabase, folder: RunFolder, round: number, role: 'given' | 'student', bytes: string): ModelId {
  writeFileSync(folder.student(round), bytes);
  const hash = sha256(createHash('sha256').update(bytes).digest('hex'));
  return db.models.add({ round, role, path: folder.stored(folder.student(round)), sha256: hash, contract: {}, createdAtMs: 1 });
}

describe('models of a run that goes on', () => {
  it('are left alone where they are whole', () =>
    withModels('student', async ({ goOn, student, notes }) => {
      const context = await goOn();
      assert.deepEqual([context.stage, context.student], ['evaluate', student]);
      assert.deepEqual(notes, []);
    }));

  it('the teacher and its copy take each other’s place', () =>
    withModels('student', async ({ goOn, folder, notes }) => {
      writeFileSync(folder.student(0), 'tea');
      await goOn();
      assert.equal(readFileSync(folder.student(0), 'utf8'), 'teacher');
      rmSync(folder.best);
      await goOn();
      assert.equal(readFileSync(folder.best, 'utf8'), 'teacher');
      assert.match(notes.join('\n'), /^models\/round-0-student.onnx was missing or damaged.*\nmodels\/best.onnx was missing or damaged/);
    }));

  it('the copy may be of the student already, whose promotion was interrupted', () =>
    withModels('student', async ({ goOn, folder, notes }) => {
      writeFileSync(folder.best, 'student');
      await goOn({ stage: 'promote' });
      assert.equal(readFileSync(folder.best, 'utf8'), 'student');
      assert.deepEqual(notes, []);
    }));

  it('a student that is needed and lost is trained again', () =>
    withModels('student', async ({ goOn, folder, notes }) => {
      rmSync(folder.student(1));
      const { stage, student, studentScore } = await goOn({ studentScore: 0.5 });
      assert.deepEqual({ stage, student, studentScore }, { stage: 'train', student: null, studentScore: null });
      assert.deepEqual(notes, ['models/round-1-student.onnx is missing or damaged: it is trained again from a checkpoint']);
    }));

  it('a teacher that is lost with its copy is an error that names it', () =>
    withModels('student', async ({ goOn, folder }) => {
      writeFileSync(folder.student(0), 'tea');
      writeFileSync(folder.best, 'best');
      const hash = createHash('sha256').update('teacher').digest('hex');
      await assert.rejects(
        goOn(),
        new SelfpasteError(
          'MODEL_DAMAGED',
          `Expected the model models/round-0-student.onnx with the SHA-256 ${hash}, but the file is missing or has changed`,
          `put that file back (\`sha256sum ${folder.best}\` shows whether models/best.onnx is a copy of it), then go on with \`selfpaste resume ${folder.path}\``,
        ),
      );
    }));

  it('a given model is its owner’s file, which no run writes', () =>
    withModels('given', async ({ goOn, folder }) => {
      writeFileSync(folder.student(0), 'another model');
      await assert.rejects(goOn(), { code: 'MODEL_DAMAGED' });
      assert.equal(readFileSync(folder.student(0), 'utf8'), 'another model');
    }));
});
