import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { countLabels, diffRounds, labelStats, listLabels, openDatabase, showLabel } from '../db/index.ts';
import { imagesOf, labelRounds, makeLabelDatabase } from './label-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-label-database-'));
after(() => rmSync(folder, { recursive: true }));

test('the made database is a run like any other: whole, the same twice, with something to find for every question', () => {
  const recipe = { seed: 3, predictions: 8000 };
  const [path, again] = ['a.db', 'b.db'].map((name) => join(folder, name));
  for (const file of [path, again]) makeLabelDatabase(file, recipe);
  const [db, other] = [path, again].map((file) => openDatabase(file, { mode: 'read' }));
  assert.deepEqual(db.connection.all('PRAGMA foreign_key_check'), []);
  const last = { round: labelRounds };
  const lines = listLabels(db, last, 'likely-wrong', 30);
  assert.ok(lines.length > 10);
  assert.deepEqual(listLabels(other, last, 'likely-wrong', 30), lines);
  const { images, categories } = labelStats(db, labelRounds);
  assert.equal(images.done, imagesOf(recipe));
  assert.ok(categories[0].predictions > 5 * categories[60].predictions, 'few categories have most predictions');
  for (const filter of [{ verdict: 'accepted' }, { change: 'died' }, { change: 'reclassified' }, { suspicion: 'any' }] as const)
    assert.ok(countLabels(db, { ...last, ...filter }).labels > 0, JSON.stringify(filter));
  const { kinds } = diffRounds(db, labelRounds - 1, labelRounds, () => assert.fail('these are compared already'));
  assert.ok(Object.values(kinds).every((labels) => labels > 0));
  const [{ id }] = listLabels(db, { ...last, change: 'kept' }, 'image', 1);
  assert.ok(showLabel(db, id).lineage.length >= 1);
  for (const one of [db, other]) one.close();
});
