import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ErrorFacts, rle, sha256 } from '../../core/index.ts';
import { decodeImage, writePng } from '../../dataset/index.ts';
import { type ImageRow, LABEL_ORDERS, type LabelFilter, type LabelOrder, listLabels, type RunDatabase } from '../../db/index.ts';
import { addSelectedImages, label, prediction, SIZE, testFolder, testRun } from '../../db/test-database.ts';
import { runApp } from '../app.ts';
import type { LabelCounts, LabelNames, LabelPage, LabelPlace } from '../contract/labels.ts';
import { openSite } from '../site.ts';

interface Asked<Answer> {
  readonly status: number;
  readonly answer: Answer;
}

interface Served {
  readonly db: RunDatabase;
  readonly folder: string;
  ask<Answer>(path: string): Promise<Asked<Answer>>;
  fetch(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

/** Sixty images with some labels each, served. */
function served(t: TestContext): Served {
  const folder = testFolder(t);
  const db = testRun(t, join(folder, 'selfpaste.db'));
  addSelectedImages(db, (number, at) => ({ x1: at, y1: at, x2: at + 4 + (number % 9), y2: at + 6 + at }));
  const site = openSite(folder);
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: 'secret', forEverything: false });
  const fetch = async (path: string, headers = {}) => await app.request(path, { headers: { host: 'localhost', ...headers } });
  return {
    db,
    folder,
    fetch,
    async ask<Answer>(path: string) {
      const response = await fetch(path);
      return { status: response.status, answer: (await response.json()) as Answer };
    },
  };
}

const idsOf = ({ tiles }: LabelPage) => tiles.map((tile) => (tile.of === 'prediction' ? tile.id : -1));
/** Distances from a threshold that differ by a rounding error are the same distance. */
function listed(db: RunDatabase, filter: LabelFilter, order: LabelOrder): number[] {
  const lines = listLabels(db, filter, order, 10_000);
  if (order === 'least-certain') lines.sort((a, b) => Math.fround(a.rank) - Math.fround(b.rank) || a.id - b.id);
  return lines.map(({ id }) => id);
}

test('any part of a list is what `labels list` lists there, in each order', async (t) => {
  const { db, ask } = served(t);
  for (const order of LABEL_ORDERS) {
    const expected = listed(db, { round: 1 }, order);
    const first = await ask<LabelPage>(`/api/labels?order=${order}&from=0&count=7`);
    assert.deepEqual(idsOf(first.answer), expected.slice(0, 7), order);
    const { list } = first.answer;
    // From here on the whole list is sorted.
    const all = await ask<LabelPlace>(`/api/labels/place?order=${order}&list=${list}&label=${expected.at(-1) ?? 1}`);
    assert.deepEqual(all.answer, { place: expected.length === 0 ? null : expected.length - 1, labels: expected.length }, order);
    for (const from of [0, 40, expected.length - 3].filter((place) => place >= 0)) {
      const part = await ask<LabelPage>(`/api/labels?order=${order}&list=${list}&from=${from}&count=50`);
      assert.deepEqual(idsOf(part.answer), expected.slice(from, from + 50), `${order} from ${from}`);
      assert.deepEqual([part.answer.labels, part.answer.exact, part.answer.list], [expected.length, true, list]);
    }
  }
});

test('the names of a part of a list are those of its tiles, and their number is bounded', async (t) => {
  const { db, ask } = served(t);
  const expected = listed(db, { round: 1 }, 'area-asc').map((id) => `p${id}`);
  const { list } = (await ask<LabelPage>('/api/labels?order=area-asc&from=0&count=7')).answer;
  const { answer } = await ask<LabelNames>(`/api/labels/names?order=area-asc&list=${list}&from=3&count=60`);
  assert.deepEqual(answer, { list, names: expected.slice(3, 63) });
  const { status, answer: refusal } = await ask<Refusal>('/api/labels/names?from=0&count=100001');
  assert.deepEqual([status, refusal.error.code], [400, 'USAGE_REQUEST']);
  const [image] = db.images.ofSubset('unlabeled');
  const [category] = db.categories.all();
  assert.ok(image && category);
  const mask = rle.fromBox(image.size, { x1: 0, y1: 0, x2: 4, y2: 4 });
  db.verdicts.record([{ of: 'image', image: image.id, verdict: 'drawn', category: category.id, mask }], {
    who: 'ada',
    why: '',
    subject: 'i1',
    atMs: 1,
  });
  assert.deepEqual((await ask<LabelNames>('/api/labels/names?verdict=drawn&from=0&count=5')).answer.names, ['d1']);
});

test('filters are those of the command line', async (t) => {
  const { db, ask } = served(t);
  const { answer } = await ask<LabelPage>('/api/labels?category=dog&score=0.3..0.8&status=kept&order=area-asc&from=0&count=100');
  const dog = db.categories.all().find(({ name }) => name === 'dog');
  assert.ok(dog);
  const filter: LabelFilter = { round: 1, category: dog.id, minScore: 0.3, maxScore: 0.8, status: 'kept' };
  assert.deepEqual(idsOf(answer), listed(db, filter, 'area-asc'));
  assert.ok(answer.tiles.length > 0);
  for (const tile of answer.tiles)
    assert.deepEqual([tile.categoryName, tile.of === 'prediction' && tile.selection.status], ['dog', 'kept']);
});

test('a tile has what it takes to draw it', async (t) => {
  const { answer } = await served(t).ask<LabelPage>('/api/labels?from=0&count=1');
  const tile = answer.tiles[0];
  assert.ok(tile);
  assert.deepEqual({ width: tile.width, height: tile.height }, SIZE);
  assert.equal(rle.area(rle.fromString(SIZE, tile.mask)), tile.areaPx2);
  const { x1, y1, x2, y2 } = tile.view;
  assert.equal(x2 - x1, y2 - y1);
  assert.match(tile.thumbnail, /^\/api\/labels\/\d+\/thumbnail\?content=[0-9a-f]{32}$/);
});

test('a list stays as it was for who scrolls in it, and is new for who asks anew', async (t) => {
  const { db, ask } = served(t);
  const before = (await ask<LabelPage>('/api/labels?order=image&from=0&count=5')).answer;
  await ask<LabelPlace>(`/api/labels/place?order=image&list=${before.list}`);
  const facts = { sha256: sha256('f'.repeat(64)), path: '/data/new.jpg', fileName: 'new.jpg', size: SIZE, orientation: 1 };
  const added = db.images.add({ ...facts, subset: 'unlabeled', sourceId: null });
  assert.equal(added.status, 'added');
  label(db, { ...facts, subset: 'unlabeled', sourceId: null, id: (added as { id: ImageRow['id'] }).id }, [prediction(0.9)]);
  const same = (await ask<LabelPage>(`/api/labels?order=image&list=${before.list}&from=0&count=5`)).answer;
  assert.deepEqual([same.list, same.labels], [before.list, before.labels]);
  const anew = (await ask<LabelPage>('/api/labels?order=image&from=0&count=5')).answer;
  assert.deepEqual([anew.labels, anew.list === before.list], [before.labels + 1, false]);
});

test('counts by class, score and area agree with lists', async (t) => {
  const { ask } = served(t);
  const { answer } = await ask<LabelCounts>('/api/labels/counts?status=dropped&score=0.9..&category=cat');
  const list = (await ask<LabelPage>('/api/labels?status=dropped&from=0&count=240')).answer;
  assert.equal(
    answer.cells.reduce((sum, [, , , labels]) => sum + labels, 0),
    list.labels,
  );
  for (const [place, { name }] of answer.classes.entries()) {
    const cells = answer.cells.filter(([at, bin]) => at === place && bin < 8);
    const tiles = list.tiles.filter((tile) => tile.categoryName === name && tile.of === 'prediction' && tile.score < 0.4);
    assert.equal(
      cells.reduce((sum, [, , , labels]) => sum + labels, 0),
      tiles.length,
      name,
    );
  }
  assert.deepEqual([answer.reasons, answer.rounds], [['below-threshold', 'duplicate', 'score'], [1]]);
});

test('what cannot be asked is told as the command line tells it', async (t) => {
  const { ask } = served(t);
  const told = async (query: string) => {
    const { status, answer } = await ask<Refusal>(`/api/labels?from=0&count=5&${query}`);
    return [status, answer.error.code, answer.error.message];
  };
  assert.deepEqual(await told('score=0.9..0.1'), [
    400,
    'USAGE_QUERY',
    'Expected a range as LOW..HIGH, LOW.. or ..HIGH within 0 to 1 for score, got "0.9..0.1" (string)',
  ]);
  assert.deepEqual((await told('round=7')).slice(0, 2), [400, 'USAGE_NO_ROUND']);
  assert.deepEqual((await told('category=%3Cscript%3E')).slice(0, 2), [400, 'USAGE_NO_CATEGORY']);
  assert.deepEqual((await told('verdict=drawn&score=0.5..')).slice(0, 2), [400, 'USAGE_QUERY']);
  for (const query of ['order=best', 'status=open', 'change=x', 'image=../etc', 'line=0', 'suspicion=x', 'verdict=no', 'area=x'])
    assert.deepEqual((await told(query)).slice(0, 2), [400, 'USAGE_QUERY'], query);
  assert.equal((await ask('/api/labels?from=-1&count=5')).status, 400);
  assert.equal((await ask('/api/labels?from=0&count=1000000')).status, 400);
});

/** An image with a file of its own: red, with one green object. */
async function pictured(db: RunDatabase, folder: string): Promise<{ readonly id: number; readonly path: string }> {
  const data = new Uint8Array(3 * SIZE.width * SIZE.height);
  for (let at = 0; at < data.length; at += 3) data[at] = 200;
  for (let y = 10; y < 20; y++) for (let x = 30; x < 40; x++) data.set([0, 200, 0], 3 * (y * SIZE.width + x));
  const path = join(folder, 'red.png');
  await writePng(path, { size: SIZE, data });
  const facts = {
    sha256: sha256(createHash('sha256').update(readFileSync(path)).digest('hex')),
    path,
    fileName: '<b>red.png',
    size: SIZE,
    orientation: 1,
    subset: 'unlabeled' as const,
    sourceId: null,
  };
  const added = db.images.add(facts);
  if (added.status !== 'added') throw new Error('expected a new image');
  const [id] = label(db, { ...facts, id: added.id }, [prediction(0.7, undefined, { x1: 30, y1: 10, x2: 40, y2: 20 })]);
  return { id: id as number, path };
}

test('a thumbnail shows the object, may be kept for ever, and never shows another picture', async (t) => {
  const { db, folder, ask, fetch } = served(t);
  const { id } = await pictured(db, folder);
  const { answer } = await ask<LabelPage>('/api/labels?score=0.7&order=image&from=0&count=240');
  const tile = answer.tiles.find((one) => one.of === 'prediction' && one.id === id);
  assert.ok(tile);
  const fixed = await fetch(tile.thumbnail);
  assert.deepEqual(
    [fixed.status, fixed.headers.get('content-type'), fixed.headers.get('cache-control')],
    [200, 'image/webp', 'private, max-age=31536000, immutable'],
  );
  const copy = join(folder, 'thumbnail.webp');
  writeFileSync(copy, new Uint8Array(await fixed.arrayBuffer()));
  const { size, data } = await decodeImage(copy);
  assert.deepEqual(size, { width: 160, height: 160 });
  const [red = 0, green = 0] = data.subarray(3 * (80 * 160 + 80));
  assert.ok(green > 150 && red < 50, `the middle is ${red}, ${green}`);
  const plain = await fetch(`/api/labels/${id}/thumbnail`);
  assert.equal(plain.headers.get('cache-control'), 'private, no-cache');
  assert.equal((await fetch(`/api/labels/${id}/thumbnail`, { 'if-none-match': plain.headers.get('etag') ?? '' })).status, 304);
  const away = await ask<Refusal>(`/api/labels/1/thumbnail`);
  assert.deepEqual([away.status, away.answer.error.code], [503, 'DATA_BAD_IMAGE']);
  for (const name of ['0', 'd1', 'x', '99999', '..%2F..%2Fetc'])
    assert.equal((await fetch(`/api/labels/${name}/thumbnail`)).status, 400, name);
});

test('a picture whose file has become another one is told, not shown', async (t) => {
  const { db, folder, ask } = served(t);
  const { id, path } = await pictured(db, folder);
  await writePng(path, { size: SIZE, data: new Uint8Array(3 * SIZE.width * SIZE.height) });
  const { status, answer } = await ask<Refusal>(`/api/labels/${id}/thumbnail`);
  assert.deepEqual([status, answer.error.code], [503, 'DATA_PICTURE_CHANGED']);
});
