import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sha256 } from '../../core/index.ts';
import { EXCHANGE_FORMATS, type ExchangedImage, type ExchangeFormat, exchangeFormat } from '../../dataset/index.ts';
import { openDatabase, type RunDatabase } from '../../db/index.ts';
import { CAT, DOG, withDatabase } from '../test-data.ts';
import { exchangeSource, writeExchangeFiles } from './exchange-files.ts';
import { exchangedLabels } from './exchanged-labels.ts';
import { exchangedRun, requireLikelyIds } from './exchanged-run.ts';
import { exportLabels } from './export-labels.ts';
import { importCorrections } from './import-corrections.ts';
import { addImage, box, labelPictures, maskOf, type Seen, selectRound } from './test-rounds.ts';

/** What the teachers of two runs see on the same two pictures. Ids are p1, p2 and p3 in both. */
const OWN: readonly (readonly Seen[])[] = [
  [
    [CAT, box(4, 4, 20, 12)],
    [DOG, box(30, 20, 50, 40)],
  ],
  [[CAT, box(10, 10, 30, 30)]],
];
const OTHER: readonly (readonly Seen[])[] = [
  [[DOG, box(31, 21, 51, 40)]],
  [
    [CAT, box(40, 4, 60, 12)],
    [CAT, box(2, 34, 20, 46)],
  ],
];

function beginRun(db: RunDatabase, createdAtMs: number, objects: readonly (readonly Seen[])[]): void {
  db.runs.create({ name: 'run', seed: 5, config: {}, configHash: '0', programVersion: '0', machineVersion: 1, createdAtMs });
  labelPictures(
    db,
    1,
    objects.map((seen, at) => [addImage(db, at + 1), seen]),
  );
  selectRound(db, 1);
}

interface TwoRuns {
  readonly own: RunDatabase;
  readonly other: RunDatabase;
  readonly folder: string;
}

const withTwoRuns = (use: (runs: TwoRuns) => Promise<void>): Promise<void> =>
  withDatabase((own, folder) =>
    withDatabase(async (other) => {
      beginRun(own, 1, OWN);
      beginRun(other, 2, OTHER);
      await use({ own, other, folder });
    }),
  );

async function verdictsOf(...[db, format, path, ids]: [RunDatabase, ExchangeFormat, string, ('believed' | 'ignored')?]): Promise<string[]> {
  const { judgements } = await importCorrections(db, undefined, format, path, ids);
  return judgements.map(({ verdict }) => verdict).sort();
}

const withoutRun = ({ labels, ...image }: ExchangedImage): ExchangedImage => ({
  ...image,
  labels: labels.map(({ run: _, ...label }) => label),
});

/** Writes a run's labels as an export of a tool that drops the run. */
async function exportNameless(db: RunDatabase, format: ExchangeFormat, out: string): Promise<void> {
  const { files } = await format.write([...exchangedLabels(db, 1, true)].map(withoutRun), db.categories.all());
  await writeExchangeFiles(out, files);
}

describe('what a run is called in files', () => {
  it('tells two runs of one name and settings apart, and stays where the database moves', () =>
    withTwoRuns(async ({ own, other, folder }) => {
      const name = exchangedRun(own) as string;
      assert.match(name, /^run-[0-9a-f]{12}$/);
      assert.notEqual(exchangedRun(other), name);
      own.close();
      copyFileSync(join(folder, 'selfpaste.db'), join(folder, 'moved.db'));
      const moved = openDatabase(join(folder, 'moved.db'), { mode: 'read' });
      try {
        assert.equal(exchangedRun(moved), name);
      } finally {
        moved.close();
      }
    }));

  it('is with every label that was exported, whatever the format', () =>
    withTwoRuns(async ({ own, folder }) => {
      for (const format of EXCHANGE_FORMATS) {
        const out = join(folder, format.name);
        await exportLabels(own, 1, format, out, true);
        const { images } = await format.read(exchangeSource(out), [...own.images.ofSubset('unlabeled')]);
        const runs = images.flatMap(({ labels }) => labels.map(({ run }) => run));
        assert.deepEqual(runs, Array(3).fill(exchangedRun(own)), format.name);
      }
    }));
});

describe('labels of another run on other pictures', () => {
  it('are not spoken of, so that one file may hold the pictures of two runs', () =>
    withTwoRuns(async ({ own, other, folder }) => {
      const coco = exchangeFormat('coco');
      const elsewhere = [...exchangedLabels(other, 1, true)].map((image) => ({
        ...image,
        fileName: `other-${image.fileName}`,
        sha256: image.sha256 && sha256(createHash('sha256').update(image.sha256).digest('hex')),
      }));
      const out = join(folder, 'both.json');
      const { files } = await coco.write([...exchangedLabels(own, 1, true), ...elsewhere], own.categories.all());
      await writeExchangeFiles(out, files);
      const { judgements, unchanged, unknownPictures } = await importCorrections(own, undefined, coco, out);
      assert.deepEqual([judgements, unchanged, unknownPictures.length], [[], 3, 2]);
    }));
});

describe('labels of another run on the same pictures', () => {
  it('are refused by its name in every format, or known by their masks where ids are ignored', () =>
    withTwoRuns(async ({ own, other, folder }) => {
      for (const format of EXCHANGE_FORMATS) {
        const out = join(folder, format.name);
        await exportLabels(other, 1, format, out, true);
        assert.deepEqual(await verdictsOf(other, format, out), [], format.name);
        await assert.rejects(verdictsOf(own, format, out), {
          code: 'DATA_OTHER_RUN',
          message: `Expected labels of ${exchangedRun(own)} in ${out}, got 3 of ${exchangedRun(other)}`,
          hint: 'name the run that exported them with --run, or import with --ignore-ids, so that labels are known by their masks alone',
        });
        const verdicts = await verdictsOf(own, format, out, 'ignored');
        assert.deepEqual(verdicts, ['corrected', 'drawn', 'drawn', 'rejected', 'rejected'], format.name);
      }
    }));

  it('are refused by their masks where the name is lost and ids are not', () =>
    withTwoRuns(async ({ own, other, folder }) => {
      for (const format of EXCHANGE_FORMATS) {
        const out = join(folder, format.name);
        await exportNameless(other, format, out);
        assert.deepEqual(await verdictsOf(other, format, out), [], format.name);
        if (format.carries.ids)
          await assert.rejects(verdictsOf(own, format, out), {
            code: 'DATA_UNLIKELY_IDS',
            message: `Expected ids of this run's labels in ${out}, got 3 of 3 on masks that overlap the run's by less than half (IoU 0.5)`,
            hint: 'name the run that exported them with --run, or, where they were drawn anew, import with --ignore-ids, so that labels are known by their masks alone',
          });
        const verdicts = await verdictsOf(own, format, out, 'ignored');
        assert.deepEqual(verdicts, ['corrected', 'drawn', 'drawn', 'rejected', 'rejected'], format.name);
      }
    }));

  it('are refused too where they are a few among the own', () =>
    withTwoRuns(async ({ own, other, folder }) => {
      const [first, second] = [[...exchangedLabels(own, 1, true)][0], [...exchangedLabels(other, 1, true)][1]];
      const coco = exchangeFormat('coco');
      const { files } = await coco.write([first, second], own.categories.all());
      const [file] = await writeExchangeFiles(join(folder, 'both.json'), files);
      await assert.rejects(verdictsOf(own, coco, file), { code: 'DATA_OTHER_RUN', message: /got 2 of run-[0-9a-f]{12}$/ });
    }));
});

describe('ids without the name of a run', () => {
  const original = maskOf(box(10, 10, 30, 30));
  const nudged = { original, mask: maskOf(box(13, 12, 33, 32)) };
  const redrawn = { original, mask: maskOf(box(22, 22, 40, 40)) };
  const missing = { original: undefined, mask: original };

  it('are believed where at most half of the labels look like others', () => {
    for (const claims of [[], [nudged], [nudged, redrawn], [nudged, missing], [redrawn, nudged, missing, nudged]])
      requireLikelyIds(claims, 'a.json');
    for (const claims of [[redrawn], [missing], [redrawn, nudged, missing]])
      assert.throws(() => requireLikelyIds(claims, 'a.json'), { code: 'DATA_UNLIKELY_IDS' });
  });

  it('may be of predictions that an open round has dropped since', () =>
    withTwoRuns(async ({ own, folder }) => {
      const out = join(folder, 'labels.json');
      const coco = exchangeFormat('coco');
      await exportNameless(own, coco, out);
      const signature = { who: 'Ada', why: '', subject: '', atMs: 2 };
      const labels = [...own.images.ofSubset('unlabeled')].flatMap((image) => own.labeling.predictions(1, image));
      own.verdicts.record(
        labels.map(({ id }) => ({ of: 'prediction', prediction: id, verdict: 'rejected' })),
        signature,
      );
      own.pseudoLabels.clear(1);
      selectRound(own, 1);
      const { judgements, issues } = await importCorrections(own, undefined, coco, out);
      assert.deepEqual([judgements, issues.map(({ reason }) => reason)], [[], ['not-kept', 'not-kept', 'not-kept']]);
    }));
});
