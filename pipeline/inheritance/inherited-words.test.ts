import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CategoryId, categoryId, classIndex } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { addImage, box, maskOf } from '../labels/test-rounds.ts';
import { runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { CAT, configWith, DOG, withDatabase } from '../test-data.ts';
import { drawingsLeftBehind, takeOverWordsOnPicture } from './inherited-words.ts';
import { type ParentRun, parentOf } from './parent-run.ts';

const HERE = box(4, 4, 20, 12);

/** A run named `name` with one picture, on which people drew one thing of each of some categories. */
function withParentRun<Result>(
  name: string,
  drawn: readonly CategoryId[],
  use: (parent: ParentRun) => Promise<Result>,
  picture = 1,
): Promise<Result> {
  return withDatabase((db, path) => {
    db.runs.create({ name, seed: 0, config: configWith({}), configHash: '', programVersion: '0', machineVersion: 4, createdAtMs: 1 });
    const image = addImage(db, picture).id;
    const judgements = drawn.map((category) => ({ of: 'image', image, verdict: 'drawn', category, mask: maskOf(HERE) }) as const);
    db.verdicts.record(judgements, { who: 'ada', why: 'sure', subject: '', atMs: 7 });
    return use(parentOf(db, runFolder(path)));
  });
}

/** What is drawn on picture 1 of a new run with some categories, by their names here, and what stayed behind. */
function takenOver(parents: readonly ParentRun[], categories: Readonly<Record<number, string>>) {
  return withDatabase(async (db, path) => {
    db.connection.run('DELETE FROM categories');
    const rows = Object.entries(categories).map(([id, name], at) => ({ id: categoryId(Number(id)), name, classIndex: classIndex(at) }));
    db.categories.add(rows);
    takeOverWordsOnPicture(db, parents, addImage(db, 1));
    const left = await drawingsLeftBehind(contextOf(db, path), parents);
    return { drawn: drawnOn(db), left: Object.fromEntries(left) };
  });
}

const contextOf = (db: RunDatabase, path: string): StageContext => ({
  ...{ db, config: configWith({}), folder: runFolder(path), emit: () => undefined },
  stop: new AbortController().signal,
});

function drawnOn(db: RunDatabase): readonly string[] {
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  const [image] = db.images.ofSubset('unlabeled');
  return db.verdicts.ofImage(image).flatMap((word) => (word.of === 'drawn' ? [names.get(word.correction.category) ?? '?'] : []));
}

test('a drawing keeps its category by name, never by an id that another one has now', () =>
  withParentRun('base', [CAT, DOG, DOG], async (parent) => {
    const [cat, dog] = [Number(CAT), Number(DOG)];
    const cases: readonly [what: string, categories: Record<number, string>, drawn: readonly string[], left: object][] = [
      ['the same', { [cat]: 'cat', [dog]: 'dog' }, ['cat', 'dog', 'dog'], {}],
      ['one more', { 1: 'ape', [cat]: 'cat', [dog]: 'dog' }, ['cat', 'dog', 'dog'], {}],
      ['one is gone', { [cat]: 'cat' }, ['cat'], { dog: 2 }],
      ['an id is another one', { [cat]: 'cat', [dog]: 'wolf' }, ['cat'], { dog: 2 }],
      ['both ids are exchanged', { [cat]: 'dog', [dog]: 'cat' }, ['cat', 'dog', 'dog'], {}],
      ['other ids', { 1: 'cat', 2: 'dog' }, ['cat', 'dog', 'dog'], {}],
      ['two of a name, one of them the same', { [cat]: 'cat', 8: 'dog', [dog]: 'dog' }, ['cat', 'dog', 'dog'], {}],
      ['two of a name, neither the same', { [cat]: 'cat', 8: 'dog', 9: 'dog' }, ['cat'], { dog: 2 }],
    ];
    for (const [what, categories, drawn, left] of cases) assert.deepEqual(await takenOver([parent], categories), { drawn, left }, what);
  }));

test('of several parents the nearest that has the picture knows what stands', () =>
  withParentRun('base', [CAT], (further) =>
    withParentRun('more', [DOG], async (nearest) => {
      const categories = { [CAT]: 'cat' };
      assert.deepEqual(await takenOver([nearest, further], categories), { drawn: [], left: { dog: 1 } });
      await withParentRun(
        'others',
        [DOG],
        async (others) => {
          assert.deepEqual(await takenOver([others, further], categories), { drawn: ['cat'], left: {} });
        },
        2,
      );
    }),
  ));
