import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Box, type PredictionId, rle } from '../../core/index.ts';
import { exchangeFormat } from '../../dataset/index.ts';
import { type ImageRow, keptLabels, type RunDatabase } from '../../db/index.ts';
import { defaultPolicy } from '../../pseudo/index.ts';
import { CAT, DOG, withDatabase } from '../test-data.ts';
import { exportLabels } from './export-labels.ts';
import { importCorrections } from './import-corrections.ts';
import { addImage, box, labelPictures, maskOf, SIZE, selectRound } from './test-rounds.ts';

const coco = exchangeFormat('coco');
const COUNTS = { accepted: 0, rejected: 0, corrected: 0, drawn: 0, withdrawn: 0 };

/** A teacher sees a cat and a dog, in every round a little elsewhere. */
const labelRound = (db: RunDatabase, round: number, image: ImageRow): PredictionId[] =>
  labelPictures(db, round, [
    [
      image,
      [
        [CAT, box(4, 4, 20 + round, 12)],
        [DOG, box(30, 20, 50 + 6 * round, 40)],
      ],
    ],
  ]);

/** Runs with an image whose labels of round 1 are frozen, and exported to a file. */
function withExport(use: (exported: Exported) => Promise<void>): Promise<void> {
  return withDatabase(async (db, folder) => {
    const image = addImage(db, 1);
    const predictions = labelRound(db, 1, image);
    selectRound(db, 1);
    db.rounds.freeze(1, defaultPolicy, 1);
    const file = join(folder, 'labels.json');
    await exportLabels(db, 1, coco, file, true);
    await use({ db, image, predictions, file });
  });
}

interface Exported {
  readonly db: RunDatabase;
  readonly image: ImageRow;
  /** Of round 1: a cat and a dog. */
  readonly predictions: readonly PredictionId[];
  readonly file: string;
}

interface Annotation {
  readonly id: number;
  readonly label_id?: string | undefined;
}

/** Does to a COCO file what another program does. */
function edit(file: string, change: (annotations: readonly Annotation[]) => readonly Annotation[]): void {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...document, annotations: change(document.annotations) }));
}

/** A label as another program adds it. */
const added = (like: Annotation, at: Box): Annotation => ({
  ...like,
  id: 99,
  label_id: undefined,
  ...{ bbox: [at.x1, at.y1, at.x2 - at.x1, at.y2 - at.y1], area: rle.area(maskOf(at)) },
  ...{ segmentation: { size: [SIZE.height, SIZE.width], counts: rle.countsToString(maskOf(at).counts) } },
});

async function counted(db: RunDatabase, file: string, round?: number, format = coco) {
  const { judgements, ...facts } = await importCorrections(db, round, format, file);
  const counts = { ...COUNTS };
  for (const { verdict } of judgements) counts[verdict]++;
  return { ...facts, counts };
}

const signature = { who: 'Ada', why: '', subject: 'import', atMs: 2 };

test('a file is compared with the round that its labels are of, whichever came later', () =>
  withExport(async ({ db, image, file }) => {
    const untouched = { round: 1, pictures: 1, unchanged: 2, unknownPictures: [], issues: [], counts: COUNTS };
    labelRound(db, 2, image);
    assert.deepEqual(await counted(db, file), untouched, 'while round 2 is labeled');
    selectRound(db, 2);
    assert.deepEqual(await counted(db, file), untouched, 'when round 2 is selected');
    assert.deepEqual(await counted(db, file, 1), untouched);
  }));

test('labels of another round than the one that is named are refused, and what can be of several is asked for', () =>
  withExport(async ({ db, image, file, predictions: [cat, dog] }) => {
    labelRound(db, 2, image);
    selectRound(db, 2);
    await assert.rejects(counted(db, file, 2), {
      code: 'DATA_OTHER_ROUND',
      message: `Expected labels that round 2 handed out in ${file}, got p${cat}, p${dog}, which it did not`,
      hint: 'name the round that was exported: --round 1',
    });
    const nameless = join(file, '../yolo');
    await exportLabels(db, 1, exchangeFormat('yolo-seg'), nameless, true);
    await assert.rejects(counted(db, nameless, undefined, exchangeFormat('yolo-seg')), {
      code: 'USAGE_WHICH_ROUND',
      message: `Expected the round that was exported for --round, got none, and ${nameless} can be of each of rounds 1, 2`,
      hint: 'name it with --round: nothing in the files tells these rounds apart',
    });
    assert.deepEqual((await counted(db, nameless, 1, exchangeFormat('yolo-seg'))).counts, COUNTS);
    edit(file, ([first]) => [{ ...first, label_id: 'p1234' }]);
    await assert.rejects(counted(db, file, 1), {
      code: 'DATA_OTHER_ROUND',
      message: /got p1234, which it did not$/,
      hint: 'export a round of this run again and correct that, or take these labels out of the files',
    });
  }));

test('a round without a selection is neither exported nor compared with', () =>
  withExport(async ({ db, image, file }) => {
    labelRound(db, 2, image);
    const refused = {
      code: 'USAGE_NO_ROUND',
      message: 'Expected a round whose labels are selected (1) for --round, got 2',
      hint: 'look at `selfpaste status`, and name a round that has selected its labels',
    };
    await assert.rejects(counted(db, file, 2), refused);
    await assert.rejects(exportLabels(db, 2, coco, join(file, '../two.json'), true), refused);
  }));

test('the same file twice says nothing more, and draws nothing twice', () =>
  withExport(async ({ db, image, file }) => {
    edit(file, ([first]) => [{ ...first, category_id: DOG }, added(first, box(2, 30, 20, 44))]);
    const first = await importCorrections(db, undefined, coco, file);
    assert.deepEqual(
      first.judgements.map(({ verdict }) => verdict),
      ['corrected', 'drawn', 'rejected'],
    );
    db.verdicts.record(first.judgements, signature);
    const { counts, unchanged } = await counted(db, file);
    assert.deepEqual([counts, unchanged], [COUNTS, 3]);
    labelRound(db, 2, image);
    selectRound(db, 2);
    const labels = [...keptLabels(db, 2)].flatMap((labeled) => labeled.labels.map(({ by, category }) => [by, category]));
    assert.deepEqual(labels, [
      ['person', DOG],
      ['person', CAT],
    ]);
  }));

test('a label that an open round has dropped since is left out, and said', () =>
  withExport(async ({ db, image, file }) => {
    const [, dog] = labelRound(db, 2, image);
    selectRound(db, 2);
    await exportLabels(db, 2, coco, file, true);
    db.verdicts.record([{ of: 'prediction', prediction: dog, verdict: 'rejected' }], signature);
    db.pseudoLabels.clear(2);
    selectRound(db, 2);
    const { round, counts, unchanged, issues } = await counted(db, file);
    assert.deepEqual([round, counts, unchanged], [2, COUNTS, 1]);
    assert.deepEqual(issues, [
      {
        file,
        subject: `label p${dog}`,
        reason: 'not-kept',
        detail: 'it is a prediction of round 2 that is no label of it, or no more; left out',
      },
    ]);
  }));

test('what a person corrected and drew in a round before is known by its name in the round after', () =>
  withExport(async ({ db, image, predictions: [cat] }) => {
    const correction = { verdict: 'corrected', category: DOG, mask: maskOf(box(4, 4, 22, 12)) } as const;
    const drawing = { verdict: 'drawn', category: CAT, mask: maskOf(box(2, 30, 20, 44)) } as const;
    const said = [
      { of: 'prediction', prediction: cat, ...correction },
      { of: 'image', image: image.id, ...drawing },
    ] as const;
    db.verdicts.record(said, signature);
    labelRound(db, 2, image);
    selectRound(db, 2);
    const file = join(db.path, '../two.json');
    await exportLabels(db, 2, coco, file, true);
    const names = JSON.parse(readFileSync(file, 'utf8')).annotations.map((label: Annotation) => label.label_id);
    const drawn = db.verdicts.ofImage(image).flatMap((verdict) => (verdict.of === 'drawn' ? [`d${verdict.drawn}`] : []));
    for (const name of [...drawn, `p${cat}`]) assert.ok(names.includes(name), name);
    const { round, counts, unchanged } = await counted(db, file);
    assert.deepEqual([round, counts, unchanged], [2, COUNTS, 3]);
    edit(file, (annotations) => annotations.filter(({ label_id }) => label_id === drawn[0]));
    await assert.rejects(counted(db, file, 1), { code: 'DATA_OTHER_ROUND', message: new RegExp(`got ${drawn[0]}, which it did not$`) });
  }));
