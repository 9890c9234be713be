import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Box, type CategoryId, rle, type VerdictId } from '../../../core/index.ts';
import { decodeImage } from '../../../dataset/index.ts';
import { type ActionRow, drawnBy, type ImageRow, openDatabase } from '../../../db/index.ts';
import { type ProgramThread, programThread } from '../../../test/program-threads.ts';
import type { DrawnListLine } from './label-rows.ts';
import type { ListPage } from './list.ts';
import { CAT, DOG, makeTestRun, SIZE, type TestRun } from './test-run.ts';

/** A cat and a dog on the second picture, then a large cat on the first. */
const BOXES: readonly Box[] = [
  { x1: 70, y1: 4, x2: 80, y2: 14 },
  { x1: 4, y1: 40, x2: 24, y2: 50 },
  { x1: 60, y1: 4, x2: 90, y2: 16 },
];

let path: string;
let program: ProgramThread;
let run: TestRun;
let drawn: readonly string[];
let number = 0;

before(() => {
  path = mkdtempSync(join(tmpdir(), 'selfpaste-drawn-'));
  program = programThread();
});
after(async () => {
  await program.stop();
  rmSync(path, { recursive: true, force: true });
});
/** Each test has a run of its own. */
beforeEach(async () => {
  run = await makeTestRun(join(path, `${++number}`));
  const [first, second] = run.images;
  drawn = draw([second, CAT, BOXES[0]], [second, DOG, BOXES[1]], [first, CAT, BOXES[2]]).map((id) => `d${id}`);
});

function draw(...objects: readonly (readonly [ImageRow, CategoryId, Box])[]): VerdictId[] {
  const db = openDatabase(join(run.folder, 'selfpaste.db'), { mode: 'write' });
  try {
    const judgements = objects.map(
      ([image, category, box]) => ({ of: 'image', image: image.id, verdict: 'drawn', category, mask: rle.fromBox(SIZE, box) }) as const,
    );
    const { action } = db.verdicts.record(judgements, { who: 'ada', why: '', subject: 'a test', atMs: 1 });
    return drawnBy(db, action).map((one) => one.drawn);
  } finally {
    db.close();
  }
}

async function text(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await program.run(['labels', ...words]);
  assert.equal(code, 0, stderr);
  return stdout;
}

const data = async <Facts>(...words: readonly string[]): Promise<Facts> => JSON.parse(await text(...words, '--json'));
const page = (...words: readonly string[]): Promise<ListPage<DrawnListLine>> => data('list', run.folder, '--verdict', 'drawn', ...words);
const list = async (...words: readonly string[]): Promise<string[]> => (await page(...words)).labels.map(({ id }) => id);
const decide = (verb: string, ...words: readonly string[]): Promise<{ readonly labels: number; readonly action: number | null }> =>
  data(verb, '--run', run.folder, '--who', 'bob', ...words);
const actions = async (): Promise<number> => (await data<ActionRow[]>('history', run.folder)).length;

async function assertRefused(words: readonly string[], code: string, message: string, hint: string): Promise<void> {
  const ended = await program.run(['labels', ...words]);
  assert.equal(ended.code, 2, ended.stdout);
  assert.equal(ended.stderr, `selfpaste: ${message}\n  ${hint} [${code}]\n`);
  assert.equal(ended.stdout, '');
}

describe('listing what people drew', () => {
  it('tells id, class, area, verdict and picture of each that stands, as its last correction has them', async () => {
    await decide('relabel', drawn[0], '--to', 'dog');
    await decide('reject', drawn[1]);
    const [first, second] = run.images;
    assert.equal(
      await text('list', run.folder, '--verdict', 'drawn'),
      [
        'id  class  area px²  verdict    image  picture',
        '--  -----  --------  ---------  -----  -------',
        `${drawn[2]}  cat         360  drawn      i${first.id}     ${first.fileName}`,
        `${drawn[0]}  dog         100  corrected  i${second.id}     ${second.fileName}`,
        '',
      ].join('\n'),
    );
  });

  it('is a page of a list as any other, of no round', async () => {
    const { round, labels, next } = await page('--limit', '1');
    assert.equal(round, null);
    const [{ of, id, drawn: verdict, image, category, box, areaPx2 }] = labels;
    assert.deepEqual([of, id, `d${verdict}`, image, category, areaPx2], ['drawn', drawn[2], drawn[2], run.images[0].id, CAT, 360]);
    assert.deepEqual(box, BOXES[2]);
    const rest = await page('--after', next as string);
    assert.deepEqual([rest.labels.map((line) => line.id), rest.next], [[drawn[0], drawn[1]], null]);
    const predictions = await data<ListPage>('list', run.folder, '--limit', '1');
    assert.deepEqual([predictions.round, predictions.labels[0].of], [2, 'prediction']);
  });

  it('filters by class, area and picture, and sorts by picture or area', async () => {
    const [cat, dog, large] = drawn;
    assert.deepEqual(await list(), [large, cat, dog]);
    assert.deepEqual(await list('--category', 'cat'), [large, cat]);
    assert.deepEqual(await list('--area', '150..'), [large, dog]);
    assert.deepEqual(await list('--image', `i${run.images[1].id}`), [cat, dog]);
    assert.deepEqual(await list('--order', 'area-desc'), [large, dog, cat]);
    const { next } = await page('--order', 'area-asc', '--limit', '2');
    assert.deepEqual(await list('--order', 'area-asc', '--after', next as string), [large]);
  });

  it('refuses what only predictions have', async () => {
    const asked = ['list', run.folder, '--verdict', 'drawn'];
    await assertRefused(
      [...asked, '--score', '0.5..', '--round', '1'],
      'USAGE_QUERY',
      'Expected no more than category, area and image of what people drew, got round and score: what people drew is of no round, and no model said it',
      'leave round and score out, or ask for predictions: leave the verdict out',
    );
    for (const option of ['--status=kept', '--reason=score', '--change=born', '--suspicion=any', '--line=1'])
      assert.match((await program.run(['labels', ...asked, option])).stderr, /\[USAGE_QUERY\]/, option);
    await assertRefused(
      [...asked, '--order', 'likely-wrong'],
      'USAGE_QUERY',
      'Expected one of image, area-desc, area-asc for the order of what people drew, got "likely-wrong" (string)',
      'leave the order out: they are listed picture by picture',
    );
    await assertRefused(
      [...asked, '--after', '12@0.5'],
      'USAGE_QUERY',
      'Expected a cursor of this list for --after, got one of predictions',
      'give the options of the page that printed it',
    );
    await assertRefused(
      ['list', run.folder, '--after', 'd12@4'],
      'USAGE_QUERY',
      'Expected a cursor of this list for --after, got one of what people drew',
      'give the options of the page that printed it',
    );
  });

  it('contact-sheet draws them, and nothing where nothing is found', async () => {
    const out = join(path, 'sheet.png');
    const query = ['--verdict', 'drawn', '--out', out];
    const facts = await data<{ labels: string[] }>('contact-sheet', run.folder, ...query, '--tile', '100');
    assert.deepEqual(facts.labels, [drawn[2], drawn[0], drawn[1]]);
    assert.equal((await decodeImage(out)).size.width, 6 + 3 * 106);
    rmSync(out);
    assert.equal(await text('contact-sheet', run.folder, ...query, '--area', '9999..'), 'no drawn labels match\n');
    assert.equal(await text('list', run.folder, '--verdict', 'drawn', '--area', '9999..'), 'no drawn labels match\n');
    assert.ok(!existsSync(out));
  });
});

describe('deciding about what people drew, by a query', () => {
  it('rejects, after saying how many, and undoes it', async () => {
    const [cat, dog, large] = drawn;
    const query = ['--verdict', 'drawn', '--category', 'cat'];
    const facts = { verdict: 'rejected', subject: 'verdict drawn, category cat', labels: 2, action: null };
    assert.deepEqual(await decide('reject', ...query, '--dry-run'), facts);
    const { labels, action } = await decide('reject', ...query);
    assert.deepEqual([labels, await list()], [2, [dog]]);
    await text('undo', String(action), '--run', run.folder);
    assert.deepEqual(await list(), [large, cat, dog]);
  });

  it('relabels and withdraws', async () => {
    assert.equal((await decide('relabel', '--verdict', 'drawn', '--category', 'dog', '--to', 'cat')).labels, 1);
    assert.deepEqual(
      (await page()).labels.map(({ category, verdict }) => [category, verdict]),
      [
        [CAT, 'drawn'],
        [CAT, 'drawn'],
        [CAT, 'corrected'],
      ],
    );
    assert.equal((await decide('withdraw', '--verdict', 'drawn', '--image', `i${run.images[1].id}`)).labels, 2);
    assert.deepEqual(await list(), [drawn[2]]);
  });

  it('leaves them alone where a query is of predictions', async () => {
    await decide('accept', `${run.round2[0]}`);
    assert.equal((await decide('withdraw', '--category', 'cat')).labels, 1);
    assert.equal((await decide('reject', '--area', '0..')).labels, 3);
    assert.deepEqual((await list()).length, 3);
  });

  it('makes donors of them, and takes these back', async () => {
    assert.equal((await decide('donate', '--verdict', 'drawn', '--area', '150..')).labels, 2);
    assert.equal((await decide('donate', '--verdict', 'drawn')).labels, 1);
    assert.equal((await decide('undonate', '--verdict', 'drawn', '--category', 'cat')).labels, 2);
    assert.equal((await decide('undonate', '--verdict', 'drawn')).labels, 1);
  });

  it('says what is no query of a command, before anything is written', async () => {
    const at = ['--run', run.folder];
    await assertRefused(
      ['accept', '--verdict', 'drawn', ...at],
      'USAGE_QUERY',
      'Expected a query of predictions, got --verdict drawn: what people drew is a label without more',
      'leave --verdict drawn out; to make donors of what people drew, use `selfpaste labels donate --verdict drawn`',
    );
    for (const verb of ['withdraw', 'undonate'])
      await assertRefused(
        [verb, '--verdict', 'none', ...at],
        'USAGE_QUERY',
        'Expected labels that people said something of, got --verdict none: there is nothing to take back',
        'leave --verdict out, or say what is to be taken back: accepted, rejected, corrected or drawn',
      );
    await assertRefused(
      ['reject', '--verdict', 'drawn', '--status', 'kept', ...at],
      'USAGE_QUERY',
      'Expected no more than category, area and image of what people drew, got status: what people drew is of no round, and no model said it',
      'leave status out, or ask for predictions: leave the verdict out',
    );
    assert.equal(await actions(), 1);
  });
});
