/** The pseudo-label database of a run between its stages: what people decide, exchange and preview, and what becomes of it. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ListPage } from '../cli/commands/labels/list.ts';
import { rle } from '../core/index.ts';
import { EXCHANGE_FORMATS } from '../dataset/index.ts';
import { type ActionRow, keptLabels, type PseudoLabel, trainingSet } from '../db/index.ts';
import type { PolicyComparison } from '../pipeline/index.ts';
import { programThread } from './program-threads.ts';
import { assertEnded, type Ended, lookInto, makeScenes, runProgram, SCENES, SMALL, writeConfig } from './small-run.ts';

/** Its teacher of twenty steps finds far too much: the brake of every round holds. */
const CONFIG = { ...SMALL, brake: { density: 1.01 } };

interface Imported {
  readonly round: number;
  readonly unchanged: number;
  readonly verdicts: Readonly<Record<'accepted' | 'rejected' | 'corrected' | 'drawn', number>>;
  readonly action: number | null;
}

describe('labels between the stages of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-labels-'));
  const run = join(folder, 'runs/small');
  const program = programThread();
  const labels = <Result>(...args: readonly string[]) => program.json<Result>(['labels', ...args, '--json']);
  const kept = (): PseudoLabel[] => lookInto(run, (db) => [...keptLabels(db, 1)].flatMap((image) => image.labels));

  before(async () => {
    await makeScenes(folder);
    assertEnded(await runProgram(['run', '-c', writeConfig(folder, CONFIG), '--until', 'stage=label']), 0);
  });
  after(async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('previews another policy before anything was selected, with what may be expected of it', async () => {
    const { preview, expected } = await labels<PolicyComparison>('policy', run, '--set', 'policy.score=0.9');
    const predictions = lookInto(run, (db) => db.labeling.counts(1).done);
    assert.equal(preview.images, predictions);
    assert.ok(preview.overall.present > 0);
    assert.equal(preview.overall.next, preview.overall.present - preview.overall.lost + preview.overall.gained);
    assert.ok(expected !== null && expected.present.overall.truths > 0);
  });

  it('stops with exit code 4 where labels drift too far, says what moved, and shows examples', async () => {
    const ended = await runProgram(['resume', run]);
    assertEnded(ended, 4);
    assert.match(ended.stderr, /The pseudo-labels of round 1 drifted further than the settings allow: labels a picture went from/);
    assert.match(
      ended.stderr,
      /Examples: (\d+, ){9}\d+\n {2}look at them with `selfpaste labels show ID --png FILE`; .*--accept-drift`, or with a wider brake: `selfpaste resume --set brake\.density=NUMBER` \[GUARD_DRIFT\]/,
    );
    assertEnded(await runProgram(['resume', run]), 4);
  });

  it('takes back from every format what went out to it: nothing, where nobody touched it', async () => {
    const count = kept().length;
    for (const { name, carries } of EXCHANGE_FORMATS) {
      const out = join(folder, `export-${name}`);
      await labels('export', run, '--format', name, '--out', out, '--all');
      const { unchanged, verdicts, action } = await labels<Imported>('import', out, '--run', run, '--format', name);
      assert.deepEqual(
        { verdicts, action },
        { verdicts: { accepted: 0, rejected: 0, corrected: 0, drawn: 0, withdrawn: 0 }, action: null },
        name,
      );
      if (carries.ids) assert.equal(unchanged, count, name);
    }
  });

  it('turns what was corrected elsewhere into verdicts, which can be undone', async () => {
    const out = join(folder, 'corrected.json');
    await labels('export', run, '--out', out);
    const document = JSON.parse(readFileSync(out, 'utf8'));
    const [first, second, ...others] = document.annotations;
    const other = document.categories.find(({ id }: { id: number }) => id !== first.category_id).id;
    document.annotations = [{ ...first, category_id: other }, ...others];
    writeFileSync(out, JSON.stringify(document));
    const preview = await labels<Imported>('import', out, '--run', run, '--dry-run');
    assert.deepEqual([preview.verdicts.corrected, preview.verdicts.rejected, preview.action], [1, 1, null]);
    const { action } = await labels<Imported>('import', out, '--run', run, '--who', 'Ada', '--why', 'seen');
    assert.ok(action !== null && second !== undefined);
    const [latest] = await labels<ActionRow[]>('history', run);
    assert.equal(latest.who, 'Ada');
    await labels('undo', `${action}`, '--run', run);
    assert.deepEqual(
      lookInto(run, (db) => db.verdicts.count()),
      { accepted: 0, rejected: 0, corrected: 0, drawn: 0 },
    );
  });

  it('says nothing more when the same file comes again, and refuses labels that no round handed out', async () => {
    const out = join(folder, 'again.json');
    await labels('export', run, '--out', out);
    const document = JSON.parse(readFileSync(out, 'utf8'));
    const [first, ...others] = document.annotations;
    const { size } = SCENES;
    const corner = rle.fromBox(size, { x1: 0, y1: 58, x2: 64, y2: 64 });
    const segmentation = { size: [size.height, size.width], counts: rle.countsToString(corner.counts) };
    const { label_id: _, ...added } = { ...first, id: 9999, bbox: [0, 58, 64, 6], area: 384, segmentation };
    writeFileSync(out, JSON.stringify({ ...document, annotations: [...others, added] }));
    const once = await labels<Imported>('import', out, '--run', run);
    assert.deepEqual([once.round, once.verdicts.drawn, once.verdicts.rejected], [1, 1, 1]);
    const twice = await labels<Imported>('import', out, '--run', run);
    assert.deepEqual([twice.unchanged, twice.action], [once.unchanged + 2, null]);
    await labels('undo', `${once.action}`, '--run', run);
    const unknown = await program.run(['labels', 'import', out, '--run', run, '--round', '2']);
    assertEnded(unknown, 2);
    assert.match(unknown.stderr, /Expected a round whose labels are selected \(1\) for --round, got 2\n.*\[USAGE_NO_ROUND\]/);
    writeFileSync(out, JSON.stringify({ ...document, annotations: [{ ...first, label_id: 'p987654' }, ...others] }));
    const foreign = await program.run(['labels', 'import', out, '--run', run]);
    assertEnded(foreign, 2);
    assert.match(
      foreign.stderr,
      /Expected labels that round 1 handed out in .*again\.json, got p987654, which it did not\n.*\[DATA_OTHER_ROUND\]/,
    );
  });

  it('keeps what people say through selection and training, and goes on once the drift is accepted', async () => {
    const { labels: found } = await labels<ListPage>('list', run, '--status', 'kept', '--limit', '3', '--order', 'score-desc');
    const [wrong, other, right] = found;
    const to = lookInto(run, (db) => db.categories.all().find(({ id }) => id !== other.category)?.name as string);
    await labels('reject', `${wrong.id}`, '--run', run);
    await labels('relabel', `${other.id}`, '--to', to, '--run', run);
    await labels('accept', `${right.id}`, '--run', run);
    const drawing = join(folder, 'mask.json');
    const size = SCENES.size;
    const corner = rle.fromBox(size, { x1: 0, y1: 0, x2: 9, y2: 7 });
    writeFileSync(drawing, JSON.stringify({ size: [size.height, size.width], counts: rle.countsToString(corner.counts) }));
    const { drawn } = await labels<{ drawn: number }>('draw', `i${right.image}`, '--to', to, '--mask', drawing, '--run', run);
    await labels('donate', `d${drawn}`, '--run', run);
    assertEnded(await runProgram(['resume', run, '--accept-drift']), 0);
    const of = (id: number) => kept().find((label) => label.by === 'teacher' && label.id === id);
    assert.equal(of(wrong.id), undefined);
    assert.equal(of(other.id), undefined);
    assert.equal(of(right.id)?.weight, 1);
    const drawings = kept().filter(({ by }) => by === 'person');
    assert.equal(drawings.length, 2);
    const set = lookInto(run, (db) => trainingSet(db, 1));
    assert.equal(set.donated.length, 1);
    assert.deepEqual(set.donated[0].instances[0].mask, corner);
    assert.ok(
      set.pseudo.some(({ instances }) => instances.some(({ source, mask }) => source.by === 'human' && rle.iou(mask, corner) === 1)),
    );
  });

  it('changes no round that was trained, whatever people say later', async () => {
    const before = kept();
    const [label] = (await labels<ListPage>('list', run, '--status', 'kept', '--limit', '1')).labels;
    await labels('reject', `${label.id}`, '--run', run);
    assert.deepEqual(kept(), before);
  });

  it('refuses to accept a drift that is not there', async () => {
    const ended = await runProgram(['resume', run, '--accept-drift']);
    assertEnded(ended, 2);
    assert.match(
      ended.stderr,
      /Expected a round that the brake stopped for --accept-drift, got round 1, which it did not\n {2}resume without --accept-drift \[USAGE_NO_DRIFT\]/,
    );
  });

  it('compares labels with a truth that the run never saw, by class, score and area', async () => {
    const truth = join(folder, 'data/unlabeled_truth.json');
    const { overall, pictures } = await labels<{ overall: { truths: number }; pictures: number }>('quality', run, '--gt', truth);
    assert.equal(pictures, SCENES.unlabeled);
    assert.equal(overall.truths, JSON.parse(readFileSync(truth, 'utf8')).annotations.length);
    const ended = await program.run(['labels', 'quality', run, '--gt', join(folder, 'data/val.json')]);
    assertEnded(ended, 2);
    assert.match(ended.stderr, /Expected pictures of the run in .*val\.json, got 6 others \(.*\)\n.*\[DATA_NO_COMMON_PICTURE\]/);
  });

  it('refuses labels of a class that the run does not have, and writes nothing', async () => {
    const out = join(folder, 'foreign.json');
    await labels('export', run, '--out', out);
    const document = JSON.parse(readFileSync(out, 'utf8'));
    document.categories[0].name = 'unicorn';
    writeFileSync(out, JSON.stringify(document));
    const before = lookInto(run, (db) => db.verdicts.count());
    const ended: Ended = await program.run(['labels', 'import', out, '--run', run]);
    assertEnded(ended, 2);
    assert.match(
      ended.stderr,
      /Expected a category of the run \(.*\) for a label on .*, got "unicorn" \(string\)\n.*\[DATA_UNKNOWN_CATEGORY\]/,
    );
    assert.deepEqual(
      lookInto(run, (db) => db.verdicts.count()),
      before,
    );
  });

  it('is one file that can be copied away while it is whole, and read there', async () => {
    const copy = join(folder, 'copy');
    cpSync(run, copy, { recursive: true });
    await labels('snapshot', run, '--out', join(folder, 'snapshot.db'));
    assert.deepEqual(
      lookInto(copy, (db) => [...keptLabels(db, 1)].length),
      lookInto(run, (db) => [...keptLabels(db, 1)].length),
    );
  });
});
