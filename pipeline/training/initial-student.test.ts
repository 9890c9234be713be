import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { type ModelId, onnx, sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { buildStudent, type FreshStudent, readSpec, SPEC_KEY } from '../../student/index.ts';
import { runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { initialStudent } from './initial-student.ts';

const SHAPE: FreshStudent = {
  classNames: ['cat', 'dog'],
  inputSize: 64,
  strides: { levels: [4, 8], prototype: 2 },
  prototypes: 5,
  size: 'n',
};
const bytesOf = (shape: FreshStudent, seed: number): Uint8Array => onnx.encodeModel(buildStudent(shape, seed));

interface Start {
  readonly context: StageContext;
  readonly notes: readonly string[];
  readonly db: RunDatabase;
  readonly path: string;
}

function withStart(student: RunConfigInput['student'], use: (start: Start) => Promise<void>): Promise<void> {
  return withDatabase(async (db, path) => {
    const notes: string[] = [];
    const context: StageContext = {
      ...{ db, folder: runFolder(path), stop: new AbortController().signal },
      config: configWith({ student: { inputSize: 64, strides: [4, 8], ...student } }, join(path, 'c.yaml')),
      emit: (event) => event.kind === 'note' && notes.push(`${event.level}: ${event.text}`),
    };
    await use({ context, notes, db, path });
  });
}

/** A model of the run that is the teacher of a round. */
function addTeacher({ db, path }: Start, bytes: Uint8Array): ModelId {
  writeFileSync(join(path, 'teacher.onnx'), bytes);
  return db.models.add({ round: 0, role: 'given', path: 'teacher.onnx', sha256: sha256('0'.repeat(64)), contract: {}, createdAtMs: 1 });
}

const written = ({ context }: Start, round: number): Uint8Array => Uint8Array.from(readFileSync(context.folder.initialStudent(round)));

it('is another one each round, and the same one when the round is resumed', () =>
  withStart({}, async (start) => {
    const spec = await initialStudent(start.context, { round: 0, teacher: null });
    assert.deepEqual(spec.classNames, ['cat', 'dog']);
    const first = written(start, 0);
    await initialStudent(start.context, { round: 0, teacher: null });
    await initialStudent(start.context, { round: 1, teacher: null });
    assert.deepEqual(written(start, 0), first);
    assert.notDeepEqual(written(start, 1), first);
    assert.equal(start.notes.length, 2);
  }));

it('a file that changes does not change a round that has begun', () =>
  withStart({ init: 'start.onnx' }, async (start) => {
    writeFileSync(join(start.path, 'start.onnx'), bytesOf(SHAPE, 1));
    await initialStudent(start.context, { round: 0, teacher: null });
    const begun = written(start, 0);
    writeFileSync(join(start.path, 'start.onnx'), bytesOf({ ...SHAPE, prototypes: 9 }, 2));
    assert.equal((await initialStudent(start.context, { round: 0, teacher: null })).prototypes, 5);
    assert.deepEqual(written(start, 0), begun);
    assert.match(start.notes.join(), /^info: student: warm start from start.onnx, .*keeps the class rows of 2 of 2 classes: cat, dog$/);
  }));

it('takes a teacher that is a student for the same data as it is', () =>
  withStart({ init: 'teacher' }, async (start) => {
    const bytes = bytesOf({ ...SHAPE, prototypes: 7 }, 3);
    await initialStudent(start.context, { round: 1, teacher: addTeacher(start, bytes) });
    assert.deepEqual(written(start, 1), Uint8Array.from(bytes));
    assert.deepEqual(start.notes, ["info: student: the teacher's own weights"]);
  }));

it('starts warm from a teacher for other classes or another size', () =>
  withStart({ init: 'teacher', inputSize: 96 }, async (start) => {
    const teacher = addTeacher(start, bytesOf({ ...SHAPE, classNames: ['owl', 'Cat'] }, 3));
    const spec = await initialStudent(start.context, { round: 1, teacher });
    assert.deepEqual([spec.inputSize, spec.classNames], [96, ['cat', 'dog']]);
    assert.deepEqual(start.notes, ['info: student: warm start from the teacher; it keeps the class rows of 1 of 2 classes: cat']);
  }));

it('starts warm from a student of an earlier version, whose file does not say where its head is', () =>
  withStart({ init: 'teacher' }, async (start) => {
    const model = buildStudent(SHAPE, 3);
    const metadata = new Map([...model.metadata, [SPEC_KEY, JSON.stringify(SHAPE)]]);
    const teacher = addTeacher(start, onnx.encodeModel({ ...model, metadata }));
    const spec = await initialStudent(start.context, { round: 1, teacher });
    assert.deepEqual(spec.head.levels.length, 2);
    assert.deepEqual(start.notes, ['info: student: warm start from the teacher; it keeps the class rows of 2 of 2 classes: cat, dog']);
  }));

it('takes the class names of the contract beside a teacher whose file has none', () =>
  withStart({ init: 'teacher' }, async (start) => {
    const model = buildStudent(SHAPE, 3);
    const teacher = addTeacher(start, onnx.encodeModel({ ...model, metadata: new Map() }));
    writeFileSync(join(start.path, 'teacher.contract.json'), '{"names": ["dog", "owl"]}');
    await initialStudent(start.context, { round: 1, teacher });
    assert.deepEqual(start.notes, ['info: student: warm start from the teacher; it keeps the class rows of 1 of 2 classes: dog']);
  }));

it('says so where no student can start from the teacher, and starts from random weights', () =>
  withStart({ init: 'teacher' }, async (start) => {
    const { metadata: _spec, ...model } = buildStudent(SHAPE, 3);
    const graph = { ...model.graph, outputs: model.graph.outputs.slice(0, 1) };
    const teacher = addTeacher(start, onnx.encodeModel({ ...model, graph, metadata: new Map() }));
    await initialStudent(start.context, { round: 1, teacher });
    assert.match(
      start.notes[0],
      /^warn: student.init is "teacher", but no student can start from this one: .*; starting from random weights$/,
    );
    assert.equal(readSpec(onnx.decodeModel(written(start, 1))).origin.kind, 'fresh');
  }));
