import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ErrorFacts, type ImageId, type PredictionId, rle } from '../../core/index.ts';
import type { ImageRow, RunDatabase } from '../../db/index.ts';
import { LABEL_ORDERS, listedBy } from '../../db/index.ts';
import { addImage, boxMask, CAT, DOG, label, NOTHING_FOUND, prediction, SIZE, T0, testFolder, testRun } from '../../db/test-database.ts';
import { defaultPolicy } from '../../pseudo/index.ts';
import { runApp } from '../app.ts';
import { type LabelCounts, ORDERS_OF_SOME } from '../contract/labels.ts';
import type { CategoriesAnswer, CountAnswer, DecisionAnswer, RecentAnswer, UndoAnswer } from '../contract/verdicts.ts';
import { openSite } from '../site.ts';

const TOKEN = 'secret';
const MASK = boxMask({ x1: 30, y1: 8, x2: 50, y2: 30 });
const COUNTS = [...MASK.counts];
const NAMES = new Set(['localhost']);

/** Of every kind of answer; each has its own fields. */
type Answer = LabelCounts &
  DecisionAnswer &
  UndoAnswer &
  CountAnswer &
  CategoriesAnswer &
  RecentAnswer & { readonly error: Omit<ErrorFacts, 'stack'> };

/** A run with one picture and what a model said of it, and how a page asks about it. */
function scene(t: TestContext, scores: readonly number[] = [0.9, 0.6]) {
  const path = join(testFolder(t), 'selfpaste.db');
  const db = testRun(t, path);
  const image = addImage(db, 1);
  const ids = label(
    db,
    image,
    scores.map((score, at) => prediction(score, at % 2 === 0 ? CAT : DOG)),
  );
  const serve = () => {
    const site = openSite(dirname(path));
    t.after(() => site.close());
    return runApp(site, { names: NAMES, token: TOKEN, forEverything: false });
  };
  let app = serve();
  /** Another server that remembers nothing of this one. */
  const serveAnew = () => {
    app = serve();
  };
  const headers = { host: 'localhost', 'content-type': 'application/json', 'x-selfpaste-token': TOKEN };
  let sent = 0;
  const post = async (body: unknown, to = '') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await app.request(`/api/verdicts${to}`, { method: 'POST', headers, body: text });
    return { status: response.status, ...((await response.json()) as Answer) };
  };
  const say = (decision: Readonly<Record<string, unknown>>) => post({ who: 'ada', key: `k${sent++}`, ...decision });
  const undo = (request: Readonly<Record<string, unknown>> = {}) => post({ who: 'bob', key: `u${sent++}`, ...request }, '/undo');
  const get = async (address: string) => {
    const response = await app.request(address, { headers: { host: 'localhost' } });
    return { status: response.status, ...((await response.json()) as Answer) };
  };
  return { db, image, ids, post, say, undo, get, serveAnew };
}

type Scene = ReturnType<typeof scene>;

const standing = ({ db, image }: Pick<Scene, 'db' | 'image'>) => db.verdicts.ofImage(image).map(({ of, verdict }) => `${of} ${verdict}`);
const names = (ids: readonly PredictionId[]) => ids.map((id) => `p${id}`);
const freeze = (db: RunDatabase, image: ImageRow, ids: readonly PredictionId[]) => {
  const decisions = ids.map((id) => ({ prediction: id, status: 'kept', reason: 'score', weight: 1 }) as const);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions, ...NOTHING_FOUND });
  db.rounds.freeze(1, defaultPolicy, T0);
};

test('a decision lands as a verdict with who, why and when', async (t) => {
  const at = scene(t);
  const before = Date.now();
  assert.deepEqual(await at.say({ kind: 'accept', ids: [`p${at.ids[0]}`], why: ' sharp ' }), {
    status: 200,
    action: 1,
    labels: 1,
    drawn: null,
  });
  await at.say({ kind: 'reject', ids: [String(at.ids[1])] });
  const [accepted, rejected] = at.db.verdicts.ofImage(at.image);
  assert.deepEqual([accepted.verdict, accepted.who, accepted.why], ['accepted', 'ada', 'sharp']);
  assert.deepEqual([rejected.verdict, rejected.why], ['rejected', '']);
  assert.ok(accepted.atMs >= before && accepted.atMs <= Date.now());
  const { actions, who } = await at.get('/api/verdicts/recent');
  assert.deepEqual(
    actions.map(({ subject }) => subject),
    [String(at.ids[1]), `p${at.ids[0]}`],
  );
  assert.ok(who.length > 0);
});

test('a label that is named more than once is decided about once', async (t) => {
  const at = scene(t);
  const [first, second] = at.ids;
  const { labels } = await at.say({ kind: 'reject', ids: [`p${first}`, `p${first}`, String(first), `p${second}`] });
  assert.equal(labels, 2);
  assert.deepEqual([at.db.verdicts.actions(1)[0].verdicts.rejected, standing(at)], [2, ['prediction rejected', 'prediction rejected']]);
});

test('who gives no name decides as the user of this machine', async (t) => {
  const at = scene(t);
  await at.say({ kind: 'reject-image', image: at.image.id, who: null });
  const { who } = await at.get('/api/verdicts/recent');
  assert.deepEqual(
    at.db.verdicts.ofImage(at.image).map((verdict) => [verdict.of, verdict.who]),
    [['image', who]],
  );
});

test('another class leaves the mask as it stands, another mask is taken as it is drawn', async (t) => {
  const at = scene(t);
  const id = `p${at.ids[0]}`;
  await at.say({ kind: 'redraw', id, category: CAT, mask: COUNTS });
  await at.say({ kind: 'relabel', ids: [id], category: DOG });
  const [verdict] = at.db.verdicts.ofImage(at.image);
  assert.ok(verdict.verdict === 'corrected' && verdict.of === 'prediction');
  assert.deepEqual(verdict.correction, { category: DOG, box: rle.toBox(MASK), mask: MASK });
});

test('what is drawn is a label of its own, that can be redrawn and rejected but not accepted', async (t) => {
  const at = scene(t);
  const { drawn } = await at.say({ kind: 'draw', image: at.image.id, category: DOG, mask: COUNTS });
  assert.equal(drawn, 'd1');
  assert.deepEqual(standing(at), ['drawn drawn']);
  await at.say({ kind: 'redraw', id: drawn, category: CAT, mask: [...boxMask({ x1: 0, y1: 0, x2: 2, y2: 2 }).counts] });
  assert.deepEqual(standing(at), ['drawn corrected']);
  const { status, error } = await at.say({ kind: 'accept', ids: [drawn] });
  assert.deepEqual([status, error.code], [400, 'USAGE_NO_LABEL_NAME']);
  await at.say({ kind: 'reject', ids: [drawn] });
  assert.deepEqual(standing(at), []);
});

test('ten thousand labels are one action, and undone as one', async (t) => {
  const at = scene(t, []);
  const scores = Array.from({ length: 20 }, (_, number) => prediction(0.5 + number / 50));
  const ids = at.db.transaction(() => Array.from({ length: 500 }, (_, number) => label(at.db, addImage(at.db, number + 2), scores)).flat());
  const { labels, action } = await at.say({ kind: 'accept', ids: names(ids) });
  assert.deepEqual([labels, at.db.verdicts.count().accepted], [10_000, 10_000]);
  assert.match(at.db.verdicts.actions(1)[0].subject, /^(p\d+ ){20}and 9980 more$/);
  assert.deepEqual(await at.undo({ action }), { status: 200, action, undone: 10_000 });
  assert.deepEqual([at.db.verdicts.count().accepted, at.db.verdicts.actions(1)[0].state.is], [0, 'undone']);
});

test('without a number the last action that stands is undone; one that another builds on is not', async (t) => {
  const at = scene(t);
  const first = await at.say({ kind: 'accept', ids: names(at.ids) });
  await at.say({ kind: 'reject', ids: names(at.ids.slice(0, 1)) });
  const refused = await at.undo({ action: first.action });
  assert.deepEqual([refused.status, refused.error.code], [400, 'USAGE_ACTION_BUILT_ON']);
  assert.equal((await at.undo()).action, 2);
  assert.equal((await at.undo()).action, 1);
  assert.deepEqual(standing(at), []);
  assert.equal((await at.undo()).error.code, 'USAGE_NO_ACTION');
});

test('the labels of a query are decided about while they are those that were agreed on', async (t) => {
  const at = scene(t, [0.9, 0.7, 0.3]);
  const query = { score: '0.5..' };
  assert.equal((await at.get('/api/verdicts/count?score=0.5..')).labels, 2);
  const other = await at.say({ kind: 'accept', query, count: 3 });
  assert.deepEqual(other.error, {
    code: 'USAGE_OTHER_LABELS',
    message: 'Expected the 3 labels that were agreed on, got 2: others decided, or the run went on, meanwhile',
    hint: 'look at the labels again, and decide again',
  });
  assert.deepEqual(at.db.verdicts.actions(9), []);
  assert.equal((await at.say({ kind: 'relabel', query, count: 2, category: DOG })).labels, 2);
  assert.equal(at.db.verdicts.actions(1)[0].subject, 'round 1, score 0.5..');
  assert.deepEqual(await at.say({ kind: 'accept', query: { score: '0.99..' }, count: 0 }), {
    status: 200,
    action: null,
    labels: 0,
    drawn: null,
  });
});

test('a round that is frozen keeps what it was trained on', async (t) => {
  const at = scene(t);
  freeze(at.db, at.image, at.ids);
  const kept = () => at.db.connection.all('SELECT prediction_id, status FROM pseudo_labels WHERE round = 1');
  const before = kept();
  await at.say({ kind: 'reject', ids: names(at.ids) });
  assert.deepEqual(kept(), before);
  assert.equal(at.db.verdicts.count().rejected, 2);
});

test('a request that is sent again is answered again, and written once', async (t) => {
  const at = scene(t);
  const drawing = { kind: 'draw', image: at.image.id, category: DOG, mask: COUNTS, key: 'same' };
  const [first, again] = await Promise.all([at.say(drawing), at.say(drawing)]);
  assert.deepEqual(first, again);
  assert.deepEqual(standing(at), ['drawn drawn']);
  const [undone, undoneAgain] = [await at.undo({ key: 'u' }), await at.undo({ key: 'u' })];
  assert.deepEqual(undone, undoneAgain);
  const failing = { kind: 'accept', ids: ['p999'], key: 'f' };
  assert.equal((await at.say(failing)).status, 400);
  assert.equal((await at.say({ ...failing, ids: names(at.ids.slice(0, 1)) })).status, 200, 'nothing is remembered of what failed');
});

test('what was written by a server that is gone is answered by the next one, and not written again', async (t) => {
  const at = scene(t, [0.9, 0.6, 0.5]);
  const requests = [
    { kind: 'accept', ids: names(at.ids.slice(0, 2)), key: 'two' },
    { kind: 'draw', image: at.image.id, category: DOG, mask: COUNTS, key: 'drawing' },
    { kind: 'reject', query: { verdict: 'none' }, count: 1, key: 'query' },
  ];
  const answers = [];
  for (const request of requests) answers.push(await at.say(request));
  assert.deepEqual(
    answers.map(({ status, labels }) => [status, labels]),
    [
      [200, 2],
      [200, 1],
      [200, 1],
    ],
  );
  const said = [standing(at), at.db.verdicts.actions(9)];
  at.serveAnew();
  for (const [place, request] of requests.entries()) assert.deepEqual(await at.say(request), answers[place]);
  assert.deepEqual([standing(at), at.db.verdicts.actions(9)], said);
  assert.equal((await at.say({ ...requests[0], key: 'another' })).action, 4);
});

test('what is not of this run is refused, and nothing of it is written', async (t) => {
  const at = scene(t);
  const labeled = addImage(at.db, 2, 'labeled');
  const image = at.image.id as ImageId;
  const id = `p${at.ids[0]}`;
  const hostile = '<img src=x onerror=alert(1)>';
  const full = SIZE.width * SIZE.height;
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['USAGE_NO_PREDICTION', { kind: 'accept', ids: [id, 'p999'] }],
    ['USAGE_NO_DRAWING', { kind: 'reject', ids: ['d999'] }],
    ['USAGE_NO_LABEL_NAME', { kind: 'reject', ids: [hostile] }],
    ['USAGE_NO_LABEL_NAME', { kind: 'reject', ids: ['i1'] }],
    ['USAGE_NO_CATEGORY', { kind: 'relabel', ids: [id], category: 4 }],
    ['USAGE_NO_IMAGE', { kind: 'draw', image: 77, category: CAT, mask: COUNTS }],
    ['USAGE_NO_IMAGE', { kind: 'reject-image', image: 77 }],
    ['USAGE_HUMAN_LABELED', { kind: 'draw', image: labeled.id, category: CAT, mask: COUNTS }],
    ['USAGE_EMPTY_MASK', { kind: 'redraw', id, category: CAT, mask: [full] }],
    ['USAGE_BAD_MASK', { kind: 'redraw', id, category: CAT, mask: [full - 1] }],
    ['USAGE_BAD_MASK', { kind: 'draw', image, category: CAT, mask: [-1, full + 1] }],
    ['USAGE_BAD_MASK', { kind: 'draw', image, category: CAT, mask: [1.5, full - 1.5] }],
    ['USAGE_BAD_MASK', { kind: 'draw', image, category: CAT, mask: [1e300] }],
    ['USAGE_REQUEST', { kind: 'draw', image, category: CAT, mask: 'x' }],
    ['USAGE_REQUEST', { kind: 'draw', image: `${image}`, category: CAT, mask: COUNTS }],
    ['USAGE_REQUEST', { kind: hostile, ids: [id] }],
    ['USAGE_REQUEST', { kind: 'accept' }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [] }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [id], query: {} }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [7] }],
    ['USAGE_REQUEST', { kind: 'accept', ids: Array(100_001).fill('1') }],
    ['USAGE_REQUEST', { kind: 'accept', query: { score: 3 }, count: 1 }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [id], who: '  ' }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [id], who: 'a'.repeat(101) }],
    ['USAGE_REQUEST', { kind: 'accept', ids: [id], key: undefined }],
    ['USAGE_QUERY', { kind: 'accept', query: { verdict: 'drawn' }, count: 0 }],
    ['USAGE_QUERY', { kind: 'accept', query: { score: hostile }, count: 0 }],
  ];
  for (const [code, decision] of cases) {
    const { status, error } = await at.say(decision);
    assert.deepEqual([status, error?.code], [400, code], JSON.stringify(decision).slice(0, 100));
    assert.ok(error.message.length < 300 && error.hint.length > 0);
  }
  for (const text of ['', 'null', '[]', '{"kind":', '"accept"']) assert.equal((await at.post(text)).error.code, 'USAGE_REQUEST', text);
  assert.deepEqual([standing(at), at.db.verdicts.actions(9)], [[], []]);
});

test('what people did is listed page by page, in the words of the command line', async (t) => {
  const at = scene(t);
  for (let time = 0; time < 25; time++)
    await at.say({ kind: time % 2 === 0 ? 'accept' : 'reject', ids: names(at.ids), why: `look ${time}` });
  const { drawn } = await at.say({ kind: 'draw', image: at.image.id, category: DOG, mask: COUNTS });
  const first = await at.get('/api/verdicts/recent');
  assert.deepEqual([first.actions.length, first.more], [20, true]);
  const told = first.actions.slice(0, 2).map(({ id, what, why }) => [id, what, why]);
  assert.deepEqual(told, [
    [26, `1 drawn (${drawn})`, ''],
    [25, '2 accepted', 'look 24'],
  ]);
  const second = await at.get(`/api/verdicts/recent?before=${first.actions.at(-1)?.id}`);
  assert.deepEqual([second.actions.map(({ id }) => Number(id)), second.more], [[6, 5, 4, 3, 2, 1], false]);
  const refused = await at.get('/api/verdicts/recent?before=x');
  assert.deepEqual(refused.error, {
    code: 'USAGE_QUERY',
    message: 'Expected the number of an action for before, got "x" (string)',
    hint: 'leave it out for the newest actions',
  });
});

test('of what people drew it is counted what is decided about at once', async (t) => {
  const at = scene(t);
  await at.say({ kind: 'draw', image: at.image.id, category: DOG, mask: COUNTS });
  assert.equal((await at.get('/api/verdicts/count?verdict=drawn')).labels, 1);
  assert.equal((await at.say({ kind: 'reject', query: { verdict: 'drawn' }, count: 1 })).labels, 1);
});

test('names are kept as they are', async (t) => {
  const at = scene(t);
  const who = '"><script>alert(1)</script>';
  await at.say({ kind: 'accept', ids: names(at.ids), who });
  const { actions } = await at.get('/api/verdicts/recent');
  assert.equal(actions[0].who, who);
});

test('the classes come as the data set has them', async (t) => {
  const { categories } = await scene(t).get('/api/categories');
  assert.deepEqual(categories, [
    { id: CAT, name: 'cat', classIndex: 0 },
    { id: DOG, name: 'dog', classIndex: 1 },
  ]);
});

test('all of a query are those that its order lists', async (t) => {
  const at = scene(t, [0.9, 0.6, 0.5]);
  const decisions = at.ids.map((id) => ({ prediction: id, status: 'kept', reason: 'score', weight: 1 }) as const);
  const suspicions = [{ kind: 'cut', strength: 0.5, prediction: at.ids[1] ?? assert.fail(), other: null }] as const;
  at.db.pseudoLabels.record({ round: 1, image: at.image.id, decisions, ...NOTHING_FOUND, suspicions: [...suspicions] });
  const counted = async (order: string) => {
    const { cells } = await at.get(`/api/labels/counts?order=${order}`);
    return [(await at.get(`/api/verdicts/count?order=${order}`)).labels, cells.reduce((sum, [, , , labels]) => sum + labels, 0)];
  };
  assert.deepEqual(
    [await counted('score-desc'), await counted('likely-wrong'), await counted('most-changed')],
    [
      [3, 3],
      [1, 1],
      [0, 0],
    ],
  );
  assert.equal((await at.say({ kind: 'reject', query: { order: 'likely-wrong' }, count: 1 })).labels, 1);
  assert.deepEqual(standing(at), ['prediction rejected']);
  assert.equal(at.db.verdicts.actions(1)[0]?.subject, 'round 1, only what is suspected');
});

test('the page knows which orders list only some', () => {
  const filter = { round: 1 };
  const some = LABEL_ORDERS.filter((order) => listedBy(filter, order)[0] !== filter);
  assert.deepEqual(some, Object.keys(ORDERS_OF_SOME));
});
