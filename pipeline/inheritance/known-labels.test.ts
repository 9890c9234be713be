import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { type ModelId, sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { addImage, box, labelPictures, maskOf } from '../labels/test-rounds.ts';
import { runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { CAT, configWith, DOG, withDatabase } from '../test-data.ts';
import { takeOverWordsOnPicture } from './inherited-words.ts';
import { inOrderOfIds, knownPictures, takeOverLabels } from './known-labels.ts';
import { type ParentRun, parentOf } from './parent-run.ts';

const ADA = { who: 'ada', why: 'sure', subject: '', atMs: 7 };
const TEACHER = { round: 1, role: 'given', path: 'm.onnx', sha256: sha256('1'.padStart(64, '0')), contract: {}, createdAtMs: 1 } as const;
const [LOW, HIGH] = [box(4, 4, 20, 12), box(30, 20, 50, 40)];

/** A run that labeled pictures 1, 2 and 3, and another one of pictures 3, 4 and 1 whose teacher is the same model. */
function withBoth(use: (parent: ParentRun, context: StageContext, teacher: ModelId) => Promise<void>, settings: Settings = {}) {
  return withDatabase((there, parentPath) =>
    withDatabase(async (db, path) => {
      const before = configWith({});
      there.runs.create({ name: 'base', seed: 0, config: before, configHash: '', programVersion: '0', machineVersion: 4, createdAtMs: 1 });
      const images = [1, 2, 3].map((number) => addImage(there, number));
      const seen = images.map((image, at) => [image, at === 1 ? [] : [[CAT, LOW] as const, [DOG, HIGH] as const]] as const);
      labelPictures(there, 1, seen);
      for (const number of [3, 4, 1]) addImage(db, number);
      db.rounds.start(1, { stage: 'label', teacher: null, startedAtMs: 1 });
      const stop = new AbortController().signal;
      const context = { db, config: configWith(settings), folder: runFolder(path), emit: () => undefined, stop };
      await use(parentOf(there, runFolder(parentPath)), context, db.models.add(TEACHER));
    }),
  );
}

type Settings = Omit<RunConfigInput, 'data'>;

const known = (parent: ParentRun, context: StageContext, teacher: object = TEACHER) =>
  knownPictures(context, [parent], 1, { ...TEACHER, ...teacher }, context.db.labeling.pending(1));
const rowsOf = (db: RunDatabase, number: number) => {
  const image = db.images.bySha256(sha256(number.toString(16).padStart(64, '0')));
  if (image === undefined) throw new Error(`image ${number} is not there`);
  const candidates = db.labeling.candidates(1, image);
  return { said: db.labeling.predictions(1, image).map(({ category, score, mask }) => ({ category, score, mask })), candidates };
};

test('what the same model said of the same files is taken over as if it was said here, once', () =>
  withBoth(async (parent, context, teacher) => {
    const { db } = context;
    const pictures = await known(parent, context);
    assert.deepEqual(
      pictures.map(({ id, there }) => [id, there]),
      [
        [1, 3],
        [3, 1],
      ],
    );
    for (const picture of [...pictures, ...pictures]) await takeOverLabels(context, 1, teacher, picture);
    for (const number of [3, 1]) {
      const [here, there] = [rowsOf(db, number), rowsOf(parent.db, number)];
      assert.deepEqual(here.said, there.said);
      assert.deepEqual({ ...here.candidates, ids: null }, { ...there.candidates, ids: null });
    }
    assert.deepEqual(db.labeling.counts(1), { done: 2, failed: 0, pending: 1, withoutPredictions: 0 });
    assert.deepEqual(await known(parent, context), []);
  }));

test('another model, another way to read it, or other settings of labeling: nothing is known', async () => {
  await withBoth(async (parent, context) => {
    assert.equal((await known(parent, context)).length, 2);
    assert.deepEqual(await known(parent, context, { sha256: sha256('2'.padStart(64, '0')) }), []);
    assert.deepEqual(await known(parent, context, { contract: { layout: 'other' } }), []);
    assert.deepEqual(await known(parent, context, { role: 'student' }), []);
  });
  const other: readonly Settings[] = [
    { teacher: { floor: 0.2 } },
    { teacher: { testTime: { flip: true } } },
    { teacher: { classes: { a: 'cat' } } },
  ];
  for (const settings of other) await withBoth(async (parent, context) => assert.deepEqual(await known(parent, context), []), settings);
  const same: Settings = { teacher: { threads: 2 }, policy: { score: 0.9 }, train: { steps: 3 } };
  await withBoth(async (parent, context) => assert.equal((await known(parent, context)).length, 2), same);
});

test('other categories: nothing is known', () =>
  withBoth(async (parent, context) => {
    context.db.connection.run("UPDATE categories SET name = 'wolf' WHERE id = ?", [DOG]);
    assert.deepEqual(await known(parent, context), []);
  }));

test('a picture that failed there is not known', () =>
  withBoth(async (parent, context) => {
    const { db } = parent;
    const image = addImage(db, 4);
    db.labeling.recordFailed({ round: 1, image: image.id, model: 1 as ModelId, durationMs: 0, createdAtMs: 1 }, 'broken');
    assert.deepEqual(
      (await known(parent, context)).map(({ id }) => id),
      [1, 3],
    );
  }));

test('what people say of predictions comes with them, and what they say of a picture with the picture', () =>
  withBoth(async (parent, context, teacher) => {
    const { db } = context;
    const [first, third] = [1, 3].map((number) => parent.db.images.bySha256(sha256(`${number}`.padStart(64, '0'))));
    assert.ok(first && third);
    const [cat, dog] = parent.db.labeling.predictions(1, first);
    parent.db.verdicts.record(
      [
        { of: 'prediction', prediction: cat.id, verdict: 'accepted' },
        { of: 'prediction', prediction: dog.id, verdict: 'corrected', category: CAT, mask: maskOf(LOW) },
        { of: 'image', image: first.id, verdict: 'drawn', category: DOG, mask: maskOf(HIGH) },
        { of: 'image', image: third.id, verdict: 'rejected' },
      ],
      ADA,
    );
    // Said of another round: of nothing that is taken over.
    labelPictures(parent.db, 2, [[first, [[CAT, LOW]]]]);
    const [later] = parent.db.labeling.predictions(2, first);
    parent.db.verdicts.record([{ of: 'prediction', prediction: later.id, verdict: 'rejected' }], ADA);
    for (const image of db.images.ofSubset('unlabeled')) takeOverWordsOnPicture(db, [parent], image);
    assert.deepEqual(db.verdicts.count(), { accepted: 0, rejected: 1, corrected: 0, drawn: 1 });
    for (const picture of await known(parent, context)) await takeOverLabels(context, 1, teacher, picture);
    assert.deepEqual(db.verdicts.count(), { accepted: 1, rejected: 1, corrected: 1, drawn: 1 });
    const facts = (at: RunDatabase, number: number) => {
      const image = at.images.bySha256(sha256(`${number}`.padStart(64, '0')));
      return image && at.verdicts.ofImage(image).flatMap((word) => ('round' in word && word.round === 2 ? [] : [told(word)]));
    };
    for (const number of [1, 3]) assert.deepEqual(new Set(facts(db, number)), new Set(facts(parent.db, number)));
    assert.deepEqual(new Set(db.verdicts.actions(9).map(({ subject }) => subject)), new Set(['taken over from base']));
  }));

/** A word without ids. */
const told = (word: ReturnType<RunDatabase['verdicts']['ofImage']>[number]) => ({
  ...word,
  ...{ id: null, prediction: null, drawn: null },
});

test('what is at hand and what is waited for come in the order of their ids', async () => {
  const ids = async (ready: readonly number[], awaited: readonly number[]) => {
    const later = (async function* () {
      for (const id of awaited) yield { id };
    })();
    const found: number[] = [];
    for await (const { id } of inOrderOfIds(
      ready.map((id) => ({ id })),
      later,
    ))
      found.push(id);
    return found;
  };
  assert.deepEqual(await ids([1, 4, 5, 9], [2, 3, 7]), [1, 2, 3, 4, 5, 7, 9]);
  assert.deepEqual([await ids([], [1, 2]), await ids([1, 2], []), await ids([], [])], [[1, 2], [1, 2], []]);
});
