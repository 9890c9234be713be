import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { rle } from '../../../core/index.ts';
import { decodeImage, writePng } from '../../../dataset/index.ts';
import { type ActionRow, type LabelFacts, openDatabase } from '../../../db/index.ts';
import { type ProgramThread, programThread } from '../../../test/program-threads.ts';
import type { ListPage } from './list.ts';
import { CAT, DOG, makeTestRun, SIZE, type TestRun } from './test-run.ts';

let path: string;
let run: TestRun;
let program: ProgramThread;

before(async () => {
  path = mkdtempSync(join(tmpdir(), 'selfpaste-labels-'));
  run = await makeTestRun(path);
  program = programThread();
});
after(async () => {
  await program.stop();
  rmSync(path, { recursive: true, force: true });
});

const at = (name: string): string => join(path, name);
/** What a command prints that succeeds. */
async function text(...words: readonly (string | number)[]): Promise<string> {
  const { code, stdout, stderr } = await program.run(['labels', ...words.map(String)]);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The same as data. */
const labels = async <Facts>(...words: readonly (string | number)[]): Promise<Facts> => JSON.parse(await text(...words, '--json'));
const idsOf = ({ labels: lines }: ListPage): number[] => lines.map(({ id }) => id);
const list = async (...words: readonly (string | number)[]): Promise<number[]> => idsOf(await labels('list', run.folder, ...words));

async function assertRefused(words: readonly (string | number)[], code: string, says: RegExp): Promise<void> {
  const ended = await program.run(['labels', ...words.map(String)]);
  assert.equal(ended.code, 2, ended.stdout);
  assert.match(ended.stderr, new RegExp(`\\[${code}\\]`));
  assert.match(ended.stderr, says);
  assert.equal(ended.stdout, '');
}

describe('asking', () => {
  it('stats tells a round beside human labels, and the rounds beside each other', async () => {
    const stats = await labels<{
      round: number;
      labelsPerImage: number;
      rounds: object[];
      categories: { share: number; humanShare: number }[];
    }>('stats', run.folder);
    assert.deepEqual([stats.round, stats.labelsPerImage, stats.rounds.length], [2, 1.5, 2]);
    assert.deepEqual(
      stats.categories.map(({ share, humanShare }) => [share.toFixed(2), humanShare.toFixed(2)]),
      [
        ['0.67', '0.33'],
        ['0.33', '0.67'],
      ],
    );
    const said = await text('stats', run.folder, '--round', 1);
    assert.match(said, /^round 1: 2 pictures labeled/);
    assert.match(said, /labels a picture: 1\.00; of people: 3\.00/);
    assert.match(said, /class +predictions {2}kept {2}unsure {2}mean score {2}scores 0\.\.1/);
  });

  it('stats --png draws four charts', async () => {
    const { charts } = await labels<{ charts: string[] }>('stats', run.folder, '--round', 1, '--png', at('charts'));
    assert.deepEqual(
      charts,
      ['scores', 'reasons', 'areas', 'shares'].map((topic) => join(at('charts'), `${topic}.png`)),
    );
    for (const chart of charts) assert.ok((await decodeImage(chart)).size.width > 0);
  });

  it('list filters by each of its options', async () => {
    const [cat, dog, other] = run.round2;
    assert.deepEqual(await list(), [cat, dog, other]);
    assert.deepEqual(await list('--round', 1), run.round1);
    assert.deepEqual(await list('--category', 'dog'), [dog]);
    assert.deepEqual(await list('--score', '0.5..0.6'), [dog, other]);
    assert.deepEqual(await list('--area', '..400'), [cat]);
    assert.deepEqual(await list('--round', 1, '--status', 'dropped', '--reason', 'unsure'), [run.round1[2]]);
    assert.deepEqual(await list('--image', `i${run.images[1].id}`), [other]);
    assert.deepEqual(await list('--change', 'grew'), [dog]);
    assert.deepEqual(await list('--suspicion', 'any', '--order', 'likely-wrong'), [other, dog]);
    assert.deepEqual(await list('--line', run.round1[0], '--order', 'image'), [run.round1[0], cat]);
    assert.deepEqual(await list('--verdict', 'any'), []);
  });

  it('list goes on after the cursor that a page prints', async () => {
    for (const order of ['score-desc', 'area-asc', 'image', 'least-certain']) {
      const first = await text('list', run.folder, '--order', order, '--limit', 2);
      const cursor = /next page: --after (\S+)/.exec(first)?.[1];
      assert.ok(cursor, first);
      assert.deepEqual(await list('--order', order, '--after', cursor), (await list('--order', order)).slice(2));
    }
    const { round, labels: lines, next } = await labels<ListPage>('list', run.folder, '--limit', 2);
    assert.deepEqual([round, lines.length], [2, 2]);
    const rest = await labels<ListPage>('list', run.folder, '--limit', 1, '--after', next as string);
    assert.deepEqual([idsOf(rest), rest.next], [[run.round2[2]], null]);
    assert.equal((await labels<ListPage>('list', run.folder, '--line', run.round1[0])).round, null);
    await assertRefused(['list', run.folder, '--after', '12'], 'USAGE_COMMAND_LINE', /Expected a cursor that a page has printed/);
  });

  it('says what it does not know', async () => {
    await assertRefused(
      ['list', run.folder, '--category', 'cow'],
      'USAGE_NO_CATEGORY',
      /a category of the run \(cat, dog\) for category, got "cow"/,
    );
    await assertRefused(['list', run.folder, '--order', 'best'], 'USAGE_COMMAND_LINE', /Allowed choices are score-desc/);
    await assertRefused(['list', run.folder, '--score', '2'], 'USAGE_COMMAND_LINE', /a range as LOW\.\.HIGH/);
    await assertRefused(['show', 'x', run.folder], 'USAGE_COMMAND_LINE', /whole number of at least 1/);
    await assertRefused(['diff', 2, 1, run.folder], 'USAGE_ROUND_ORDER', /a round before/);
  });

  it('show tells everything, and draws it', async () => {
    const [, dog] = run.round2;
    const said = await text('show', dog, run.folder, '--png', at('dog.png'));
    assert.match(said, new RegExp(`^prediction {2}${dog} of round 2: dog, score 0\\.6000`));
    assert.match(said, new RegExp(`change {6}round 2: grew, prediction ${run.round1[1]} before, mask IoU 0\\.50`));
    assert.match(said, new RegExp(`suspicion {3}disagreement, strength 0\\.40, with prediction ${run.round1[1]}`));
    assert.match(said, new RegExp(`before {6}round 1: prediction ${run.round1[1]}, dog, score 0\\.8000, kept \\(score\\)`));
    assert.deepEqual((await decodeImage(at('dog.png'))).size, SIZE);
    const facts = await labels<{ prediction: { mask: { counts: string } } }>('show', `p${dog}`, run.folder);
    assert.equal(typeof facts.prediction.mask.counts, 'string');
  });

  it('contact-sheet draws any query, and nothing where nothing is found', async () => {
    const out = at('sheet.png');
    const facts = await labels<{ labels: number[] }>(
      'contact-sheet',
      run.folder,
      '--suspicion',
      'any',
      '--order',
      'likely-wrong',
      '--tile',
      100,
      '--out',
      out,
    );
    assert.deepEqual(facts.labels, [run.round2[2], run.round2[1]]);
    assert.equal((await decodeImage(out)).size.width, 6 + 2 * 106);
    assert.equal(await text('contact-sheet', run.folder, '--reason', 'no-such', '--out', at('none.png')), 'no predictions match\n');
    assert.ok(!existsSync(at('none.png')));
  });

  it('diff counts by class and lists a kind', async () => {
    const diff = await labels<{ kinds: Record<string, number>; categories: { name: string }[] }>('diff', 1, 2, run.folder);
    assert.deepEqual(diff.kinds, { born: 1, kept: 1, reclassified: 0, grew: 1, shrank: 0, died: 0 });
    assert.deepEqual(
      diff.categories.map(({ name }) => name),
      ['cat', 'dog'],
    );
    assert.deepEqual(
      (await labels<{ prediction: number }[]>('diff', 1, 2, run.folder, '--kind', 'grew')).map(({ prediction }) => prediction),
      [run.round2[1]],
    );
    assert.match(await text('diff', 1, 2, run.folder), /class {2}born {2}kept {2}reclassified/);
  });

  it('suspects ranks, and counts by kind', async () => {
    const said = await text('suspects', run.folder);
    assert.match(said, /^round 2: 2 labels are suspected \(1 disagreement, 1 cut\)/);
    const { suspects } = await labels<{ suspects: { prediction: number }[] }>('suspects', run.folder, '--kind', 'disagreement');
    assert.deepEqual(
      suspects.map(({ prediction }) => prediction),
      [run.round2[1]],
    );
  });
});

describe('deciding', () => {
  interface Decided {
    readonly labels: number;
    readonly action: number | null;
    readonly drawn?: number;
  }

  /** Each test decides about a run of its own. */
  let own: TestRun;
  let number = 0;
  beforeEach(async () => {
    own = await makeTestRun(at(`own-${++number}`));
  });
  const decide = (verb: string, ...words: readonly (string | number)[]): Promise<Decided> =>
    labels(verb, ...words, '--run', own.folder, '--who', 'ada');
  const history = (): Promise<ActionRow[]> => labels('history', own.folder);
  const facts = (id: number): Promise<LabelFacts> => labels('show', id, own.folder);
  const count = async (verdict: string): Promise<number> => idsOf(await labels('list', own.folder, '--verdict', verdict)).length;

  it('accepts by ids, with who and why, and tells the number of the action', async () => {
    const [cat, dog] = own.round2;
    const said = await text('accept', cat, `p${dog}`, '--run', own.folder, '--who', 'ada', '--why', 'clear');
    const [action] = await history();
    assert.equal(said, `2 labels accepted (${cat} p${dog}): action ${action.id}\ntake it back with: selfpaste labels undo ${action.id}\n`);
    assert.deepEqual([action.who, action.why, action.verdicts.accepted], ['ada', 'clear', 2]);
    assert.equal(await count('accepted'), 2);
    assert.match(await text('show', cat, own.folder), /verdict {5}accepted by ada on .*: clear \(action \d+, standing\)/);
  });

  it('rejects by a query, after saying how many', async () => {
    const query = ['--score', '..0.6'];
    assert.deepEqual(await decide('reject', ...query, '--dry-run'), {
      verdict: 'rejected',
      subject: 'round 2, score ..0.6',
      labels: 2,
      action: null,
    });
    assert.equal(await count('any'), 0);
    const { labels: decided, action } = await decide('reject', ...query);
    assert.deepEqual([decided, await count('rejected')], [2, 2]);
    assert.deepEqual(
      (await history()).map(({ id, subject }) => [id, subject]),
      [[action, 'round 2, score ..0.6']],
    );
  });

  it('rejects a whole picture', async () => {
    await decide('reject', `i${own.images[0].id}`, '--why', 'a drawing');
    assert.match(await text('show', own.round2[0], own.folder), /its whole picture rejected by ada/);
  });

  it('relabels, edits and keeps what each does not speak of', async () => {
    const [cat] = own.round2;
    const mask = rle.fromBox(SIZE, { x1: 10, y1: 10, x2: 20, y2: 20 });
    writeFileSync(at('mask.json'), JSON.stringify({ size: [SIZE.height, SIZE.width], counts: rle.countsToString(mask.counts) }));
    await decide('relabel', cat, '--to', 'dog');
    await decide('edit', cat, '--mask', at('mask.json'));
    const [verdict] = (await facts(cat)).verdicts as unknown as {
      verdict: string;
      correction: { category: number; mask: { counts: string } };
    }[];
    assert.equal(verdict.verdict, 'corrected');
    assert.deepEqual([verdict.correction.category, verdict.correction.mask.counts], [DOG, rle.countsToString(mask.counts)]);
    await decide('edit', cat, '--mask', at('mask.json'), '--to', 'cat');
    const [again] = (await facts(cat)).verdicts as unknown as { correction: { category: number } }[];
    assert.equal(again.correction.category, CAT);
    assert.match(await text('show', cat, own.folder, '--png', at('corrected.png')), /corrected to cat by ada.*standing/);
  });

  it('draws an object that no model found, and speaks of it by its id', async () => {
    const image = own.images[1].id;
    const data = new Uint8Array(3 * SIZE.width * SIZE.height);
    data.fill(255, 0, 300);
    await writePng(at('mask.png'), { size: SIZE, data });
    const said = await text('draw', `i${image}`, '--mask', at('mask.png'), '--to', 'cat', '--run', own.folder);
    const [, drawn, action] = /^d(\d+): .*: action (\d+)$/m.exec(said) ?? [];
    assert.match(said, new RegExp(`^take it back with: selfpaste labels undo ${action}$`, 'm'));
    assert.match(await text('show', `d${drawn}`, own.folder), new RegExp(`^drawn {7}d${drawn}: cat, 100 px²\npicture {5}i${image}`));
    assert.match(await text('history', own.folder), new RegExp(`1 drawn \\(d${drawn}\\)`));
    await decide('relabel', `d${drawn}`, '--to', 'dog');
    assert.match(await text('show', `d${drawn}`, own.folder), /: dog, 100 px²/);
    await decide('reject', `d${drawn}`);
    await assertRefused(['show', `d${drawn}`, own.folder], 'USAGE_NO_DRAWING', /that still stands/);
  });

  it('withdraws what people said, and nothing else', async () => {
    const [cat, dog] = own.round2;
    await decide('accept', cat, dog);
    assert.equal((await decide('withdraw', '--score', '0.9..')).labels, 1);
    assert.deepEqual(idsOf(await labels('list', own.folder, '--verdict', 'any')), [dog]);
  });

  it('makes no action of withdrawing what nobody said', async () => {
    const [cat, dog, other] = own.round2;
    const image = `i${own.images[0].id}`;
    await decide('accept', dog);
    const nothing = { verdict: 'withdrawn', subject: `${cat} p${other} ${image}`, labels: 0, action: null };
    assert.deepEqual(await decide('withdraw', cat, `p${other}`, image), nothing);
    assert.deepEqual((await history()).length, 1);
    await decide('reject', image);
    assert.equal((await decide('withdraw', cat, dog, image)).labels, 2);
    assert.equal((await decide('withdraw', image)).action, null);
    await assertRefused(['withdraw', 999, '--run', own.folder], 'USAGE_NO_PREDICTION', /999/);
    await assertRefused(['withdraw', 'i999', '--run', own.folder], 'USAGE_NO_IMAGE', /999/);
  });

  it('undoes the last action, or one by its number', async () => {
    const [cat, dog] = own.round2;
    const first = await decide('accept', cat);
    await decide('reject', dog);
    assert.match(await text('undo', '--run', own.folder, '--who', 'bob'), /is undone: 1 decision taken back/);
    assert.deepEqual([await count('rejected'), await count('accepted')], [0, 1]);
    await text('undo', String(first.action), '--run', own.folder);
    assert.equal(await count('any'), 0);
    assert.match(await text('history', own.folder), /undone by bob/);
    await assertRefused(['undo', '--run', own.folder], 'USAGE_NO_ACTION', /an action that stands, got none/);
  });

  it('refuses to undo what a later action builds on', async () => {
    const [cat] = own.round2;
    const { action } = await decide('accept', cat);
    await decide('reject', cat);
    await assertRefused(['undo', String(action), '--run', own.folder], 'USAGE_ACTION_BUILT_ON', /no later one builds on/);
  });

  it('donates what people vouched for, and only that', async () => {
    const [cat, dog] = own.round2;
    await assertRefused(['donate', cat, '--run', own.folder], 'USAGE_NOT_DONATABLE', /accepted, corrected or drew for donor, got "p\d+"/);
    await decide('accept', cat, dog);
    await decide('reject', own.round2[2]);
    await assertRefused(['donate', own.round2[2], '--dry-run', '--run', own.folder], 'USAGE_NOT_DONATABLE', /got "p\d+"/);
    const before = (await history()).length;
    const facts = { verdict: 'donated', subject: `${cat}`, labels: 1, action: null };
    assert.deepEqual(await decide('donate', cat, '--dry-run'), facts);
    assert.match(await text('donate', cat, '--run', own.folder), /^1 label donated \(\d+\): action \d+\ntake it back with: /);
    assert.deepEqual(await decide('donate', cat), { ...facts, labels: 0 });
    assert.equal((await history()).length, before + 1);
    assert.match(await text('show', cat, own.folder), /donor {7}from round 2 on/);
    assert.equal((await decide('donate', '--category', 'dog')).labels, 1);
  });

  it('takes donors back, and leaves the labels as they are', async () => {
    const [cat, dog, other] = own.round2;
    await decide('accept', cat, dog);
    await decide('relabel', dog, '--to', 'cat');
    const { action } = await decide('donate', cat, dog);
    assert.deepEqual((await history())[0].id, action);
    const undonated = { verdict: 'undonated', subject: `${cat} ${other}`, labels: 1, action: null };
    assert.deepEqual(await decide('undonate', cat, other, '--dry-run'), undonated);
    assert.equal(await text('undonate', cat, other, '--run', own.folder), `1 label undonated (${cat} ${other})\n`);
    assert.deepEqual(await decide('undonate', cat, other), { ...undonated, labels: 0 });
    assert.equal((await decide('undonate', '--score', '0..')).labels, 1);
    assert.equal(await count('any'), 2);
    assert.equal((await history()).length, 3);
    await assertRefused(['undonate', cat, '--why', 'so', '--run', own.folder], 'USAGE_COMMAND_LINE', /unknown option '--why'/);
  });

  it('refuses ids with a query, neither, and targets that it cannot speak of', async () => {
    const [cat] = own.round2;
    await assertRefused(['reject', '--run', own.folder], 'USAGE_NO_TARGET', /Expected ids or a query, got neither/);
    await assertRefused(['reject', '--round', 2, '--run', own.folder], 'USAGE_NO_TARGET', /got neither/);
    await assertRefused(['withdraw', '--run', own.folder], 'USAGE_NO_TARGET', /got neither/);
    await assertRefused(['reject', cat, '--score', '..0.5', '--run', own.folder], 'USAGE_NO_TARGET', /ids and a query \(score \.\.0\.5\)/);
    await assertRefused(
      ['accept', 'd1', '--run', own.folder],
      'USAGE_NO_LABEL_NAME',
      /Expected 12 or p12 for a prediction for ID, got "d1"/,
    );
    await assertRefused(
      ['reject', 'cat', '--run', own.folder],
      'USAGE_NO_LABEL_NAME',
      /i45 for a whole picture.*\n.*name the run with --run RUN/,
    );
    await assertRefused(['reject', 999, '--run', own.folder], 'USAGE_NO_PREDICTION', /999/);
    await assertRefused(['reject', `i${own.labeled.id}`, '--run', own.folder], 'USAGE_HUMAN_LABELED', /never written over/);
    assert.deepEqual(await history(), []);
  });

  it('import refuses labels of another run, and takes them by their masks where it is told to', async () => {
    const out = at(`exchange-${number}.json`);
    await text('export', own.folder, '--out', out);
    const file = readFileSync(out, 'utf8').replaceAll(/"selfpaste_run":"test-[0-9a-f]{12}"/g, '"selfpaste_run":"run-0123456789ab"');
    writeFileSync(out, file.replaceAll('"label_id":"p', '"label_id":"p9'));
    await assertRefused(['import', out, '--run', own.folder], 'DATA_OTHER_RUN', /got 3 of run-0123456789ab\n.*--ignore-ids/);
    const { unchanged, action } = await labels<{ unchanged: number; action: number | null }>(
      ...['import', out, '--run', own.folder, '--ignore-ids', '--round', 2],
    );
    assert.deepEqual([unchanged, action], [3, null]);
    assert.deepEqual(await history(), []);
  });

  it('snapshot copies the whole database, once', async () => {
    const out = at(`copy-${number}.db`);
    await decide('accept', own.round2[0]);
    await text('snapshot', own.folder, '--out', out);
    const copy = openDatabase(out, { mode: 'read' });
    try {
      assert.equal(copy.verdicts.count().accepted, 1);
    } finally {
      copy.close();
    }
    await assertRefused(['snapshot', own.folder, '--out', out], 'USAGE_FILE_EXISTS', /Expected no file yet/);
  });

  it('restore puts a snapshot in the place of a damaged database, and keeps that', async () => {
    await text('snapshot', own.folder, '--out', join(own.folder, 'copy.db'));
    await assertRefused(['restore', own.folder], 'USAGE_DATABASE_WHOLE', /got one that is whole/);
    writeFileSync(join(own.folder, 'selfpaste.db'), Buffer.alloc(8192, 7));
    assert.match(await text('restore', own.folder), /is now .*copy\.db\nthe damaged file is /);
    assert.equal(idsOf(await labels('list', own.folder)).length, 3);
    assert.ok(readdirSync(own.folder).some((name) => name.includes('damaged')));
  });
});
