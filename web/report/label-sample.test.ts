import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../db/connection.ts';
import { drawableLabels, labelStats } from '../../db/index.ts';
import { addImage, addSelectedImages, CAT, DOG, label, prediction, testRun } from '../../db/test-database.ts';
import { LEFT, RIGHT, twoRounds } from '../../test/two-rounds.ts';
import { SAMPLE_GROUPS, type SampleGroup } from '../contract/report.ts';
import { sampleLabels } from './label-sample.ts';

test('a sample follows from the seed, has each label once, and never more than asked for', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
  for (const count of [0, 1, 4, 23, 60]) {
    const sample = sampleLabels(db, 1, count, 7);
    assert.equal(sample.length, count);
    assert.equal(new Set(sample.map(({ id }) => id)).size, count);
    assert.deepEqual(sampleLabels(db, 1, count, 7), sample);
  }
  assert.notDeepEqual(sampleLabels(db, 1, 23, 8), sampleLabels(db, 1, 23, 7));
  assert.equal(
    sampleLabels(db, 1, 10_000, 7).length,
    labelStats(db, 1).categories.reduce((sum, { predictions }) => sum + predictions, 0),
    'all there are',
  );
});

test('a sample has kept and dropped labels, the surest, the least certain, and classes in turn', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
  const sample = sampleLabels(db, 1, 40, 7);
  const of = (group: SampleGroup) =>
    drawableLabels(
      db,
      sample.filter((one) => one.group === group).map(({ id }) => id),
    );
  assert.deepEqual(
    SAMPLE_GROUPS.map((group) => of(group).length),
    [8, 8, 8, 0, 16],
    'nothing is suspected here, so that chance has its place',
  );
  assert.deepEqual(
    of('surest').map(({ score }) => score),
    Array.from({ length: 8 }, () => 1),
  );
  for (const group of ['surest', 'least-certain', 'nearly-kept', 'any-score'] as const)
    assert.deepEqual(
      [...new Set(of(group).map(({ category }) => category))].sort((a, b) => a - b),
      [CAT, DOG],
      group,
    );
});

test('few kept labels are shared by both ends of their scores, whatever class has them', (t) => {
  const { db } = twoRounds(t, [
    [
      [0.95, CAT, LEFT],
      [0.52, CAT, RIGHT],
      [0.7, DOG, { x1: 34, y1: 2, x2: 50, y2: 14 }],
      [0.6, DOG, { x1: 4, y1: 30, x2: 20, y2: 44 }],
    ],
  ]);
  const sample = sampleLabels(db, 1, 60, 7);
  const scoresOf = (group: SampleGroup) => {
    const ids = sample.filter((one) => one.group === group).map(({ id }) => id);
    return drawableLabels(db, ids)
      .map(({ score }) => score)
      .sort();
  };
  assert.deepEqual(
    [scoresOf('surest'), scoresOf('least-certain')],
    [
      [0.7, 0.95],
      [0.52, 0.6],
    ],
  );
});

test('a sample that is cut still has each group', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
  const groupsIn = (labels: readonly { readonly group: SampleGroup }[]) => [...new Set(labels.map(({ group }) => group))].sort();
  const sample = sampleLabels(db, 1, 100, 7);
  assert.deepEqual(groupsIn(sample.slice(0, 4)), groupsIn(sample));
});

test('a sample costs about as much as it has labels, not their square', (t) => {
  const db = testRun(t);
  addSelectedImages(db);
  const lines = t.mock.method(Connection.prototype, 'one');
  const costOf = (count: number) => {
    lines.mock.resetCalls();
    sampleLabels(db, 1, count, 7);
    return lines.mock.callCount();
  };
  const all = labelStats(db, 1).categories.reduce((sum, { predictions }) => sum + predictions, 0);
  assert.ok(costOf(all) < 12 * all, `${costOf(all)} rows were asked for, for ${all} labels`);
});

test('a round without a selection has a sample of all scores; one without predictions has none', (t) => {
  const db = testRun(t);
  assert.deepEqual(sampleLabels(db, 1, 10, 7), []);
  label(db, addImage(db, 1), [prediction(0.9), prediction(0.2), prediction(0.8, DOG)]);
  const sample = sampleLabels(db, 1, 10, 7);
  assert.deepEqual([...new Set(sample.map(({ group }) => group))], ['any-score']);
  assert.equal(new Set(sample.map(({ id }) => id)).size, 3);
});
