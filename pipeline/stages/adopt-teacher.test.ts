import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { parseConfig } from '../../config/index.ts';
import { categoryId, classIndex } from '../../core/index.ts';
import { openDatabase } from '../../db/index.ts';
import { writeAnsweringModel } from '../../test/contract/answering-models.ts';
import { goldenModels } from '../../test/contract/golden-models.ts';
import { SMALL, withFolder } from '../../test/small-run.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { adoptTeacher } from './adopt-teacher.ts';

const rfDetr = goldenModels['rf-detr-seg'];

/** Adopts a model that knows cat, dog and owl for a data set of these categories. */
function adopt(categories: Readonly<Record<number, string>>, teacher: object = {}) {
  return withFolder(async (folder) => {
    const model = writeAnsweringModel(join(folder, 'model.onnx'), rfDetr);
    const config = parseConfig(JSON.stringify({ ...SMALL, teacher: { model, ...teacher } }), join(folder, 'run.yaml'));
    const db = openDatabase(join(folder, 'run.db'), { mode: 'create' });
    const rows = Object.entries(categories).map(([id, name], index) => ({
      id: categoryId(Number(id)),
      name,
      classIndex: classIndex(index),
    }));
    db.categories.add(rows);
    const events: RunEvent[] = [];
    const emit = (event: RunEvent) => events.push(event);
    try {
      const { facts } = await adoptTeacher(
        { db, config, emit, folder: runFolder(folder), stop: new AbortController().signal },
        { round: 0, teacher: null },
      );
      return { facts, notes: events.flatMap((event) => (event.kind === 'note' ? [`${event.level}: ${event.text}`] : [])) };
    } finally {
      db.close();
    }
  });
}

test('a teacher that knows more than the data set keeps what maps, and says what it drops and never predicts', async () => {
  assert.deepEqual(await adopt({ 4: 'owls', 5: 'Cat' }), {
    facts: { classesUsed: 1, classesDropped: 2 },
    notes: [
      "info: the teacher's classes without a category are dropped: dog, owl",
      'warn: the teacher never predicts: owls',
      'warn: the teacher\'s "owl" is not taken for "owls" unless teacher.classes says so',
    ],
  });
});

test('the table of the configuration decides', async () => {
  const { facts, notes } = await adopt({ 4: 'owls', 5: 'Cat' }, { match: 'table', classes: { owl: 4, cat: 'Cat', 1: 'Cat' } });
  assert.deepEqual([facts, notes], [{ classesUsed: 3, classesDropped: 0 }, []]);
});

test('by id, indices are ids, and the background is none', async () => {
  const { facts, notes } = await adopt({ 0: 'Katze', 2: 'Eule', 3: 'Hintergrund' }, { match: 'id' });
  assert.deepEqual(facts, { classesUsed: 2, classesDropped: 1 });
  assert.ok(notes.includes('warn: the teacher never predicts: Hintergrund'));
});
