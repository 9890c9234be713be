import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { CHANGE_KINDS, type Change, type PredictionId, predictionId, SUSPICION_KINDS, type Suspicion, stream } from '../../core/index.ts';
import { openDatabase } from '../open.ts';
import type { SelectionDecision } from '../pseudo-labels.ts';
import type { RunDatabase } from '../run-database.ts';
import { addImage, addModel, CAT, DOG, label, prediction, T0, testFolder, testRun } from '../test-database.ts';
import { LABEL_ORDERS, type LabelCursor, type LabelFilter, type LabelOrder, listedBy } from './label-filter.ts';
import { walkingReader } from './label-keys.ts';
import { mergeKeys } from './label-merge.ts';
import { labelNeighbours } from './label-neighbours.ts';
import { countLabels } from './labels-count.ts';
import { type LabelLine, labelIds, listLabels } from './labels-list.ts';

/** Rounds 1 and 2 of images with many equal scores and areas; some of round 2 has no selection yet. */
function labeledRun(t: TestContext, path?: string): RunDatabase {
  const db = testRun(t, path);
  db.rounds.start(2, { stage: 'label', teacher: addModel(db, 2), startedAtMs: T0 });
  const images = Array.from({ length: 24 }, (_, number) => addImage(db, number + 1));
  const chance = stream(7, 'labels');
  const ids = [1, 2].map((round) =>
    images.map((image) => {
      const sizes = Array.from({ length: chance.integer(8) }, () => [1 + chance.integer(60), 1 + chance.integer(40)]);
      const predictions = sizes.map(([width, height]) =>
        prediction(chance.integer(21) / 20, chance.chance(0.4) ? DOG : CAT, { x1: 0, y1: 0, x2: width, y2: height }),
      );
      return label(db, image, predictions, round);
    }),
  );
  for (const [at, image] of images.entries()) {
    selectBy(db, 1, image, ids[0][at], []);
    if (at < 20) selectBy(db, 2, image, ids[1][at], ids[0][at]);
  }
  return db;
}

function selectBy(
  db: RunDatabase,
  round: number,
  image: ReturnType<typeof addImage>,
  ids: readonly PredictionId[],
  before: readonly PredictionId[],
): void {
  const facts = new Map([round - 1, round].flatMap((one) => db.labeling.predictions(one, image)).map((one) => [one.id, one]));
  const decisions = ids.map((id): SelectionDecision => {
    const score = facts.get(id)?.score ?? 0;
    return score >= 0.5
      ? { prediction: id, status: 'kept', reason: 'score', weight: score }
      : { prediction: id, status: 'dropped', reason: score > 0.2 ? 'unsure' : 'below-threshold' };
  });
  const kept = decisions.filter(({ status }) => status === 'kept').map((one) => one.prediction);
  const lineage = new Map(ids.slice(0, before.length).map((id, at) => [id, before[at]]));
  const categoryOf = (id: PredictionId) => facts.get(id)?.category ?? assert.fail(`no prediction ${id}`);
  const changes = kept.map((id, at): Change => {
    const previous = lineage.get(id) ?? null;
    const kind = previous === null ? 'born' : CHANGE_KINDS[1 + (at % 4)];
    return { kind, iou: previous === null ? 0 : 0.5 + (id % 5) / 10, prediction: id, previous, category: categoryOf(id) };
  });
  const died = before
    .slice(ids.length)
    .filter((id) => db.connection.get(`SELECT 1 FROM pseudo_labels WHERE prediction_id = ? AND status = 'kept'`, [id]))
    .map((id): Change => ({ kind: 'died', iou: 0, prediction: id, previous: null, category: categoryOf(id) }));
  const suspicions = kept.flatMap((id, at): Suspicion[] =>
    at % 2 === 0
      ? [
          { kind: SUSPICION_KINDS[id % 6], strength: (id % 4) / 4, prediction: id, other: null },
          { kind: SUSPICION_KINDS[(id + 1) % 6], strength: (id % 3) / 3, prediction: id, other: null },
        ]
      : [],
  );
  db.pseudoLabels.record({
    round,
    image: image.id,
    decisions,
    lineage,
    drawn: [],
    changes: round === 1 ? [] : [...changes, ...died],
    suspicions,
  });
}

/** What people said: something of each kind, some of it withdrawn. */
function judge(db: RunDatabase): void {
  const sign = { who: 'ada', why: 'seen', subject: 'a test', atMs: T0 };
  const ids = listLabels(db, { round: 2 }, 'image', 1000).map(({ id }) => id);
  const of = (remainder: number) => ids.filter((id) => id % 5 === remainder);
  const mask = prediction(1).mask;
  db.verdicts.record(
    of(0).map((one) => ({ of: 'prediction', prediction: one, verdict: 'accepted' })),
    sign,
  );
  db.verdicts.record(
    of(1).map((one) => ({ of: 'prediction', prediction: one, verdict: 'rejected' })),
    sign,
  );
  db.verdicts.record(
    of(2).map((one) => ({ of: 'prediction', prediction: one, verdict: 'corrected', category: DOG, mask })),
    sign,
  );
  db.verdicts.record(
    of(0)
      .slice(0, 3)
      .map((one) => ({ of: 'prediction', prediction: one, verdict: 'withdrawn' })),
    sign,
  );
}

/** Everything about each prediction, read in the plainest way. */
interface Plain extends Omit<LabelLine, 'rank'> {
  readonly changes: readonly { readonly round: number; readonly kind: string; readonly iou: number }[];
  readonly suspicions: readonly { readonly kind: string; readonly strength: number; readonly strongest: 0 | 1 }[];
}

function plainly(db: RunDatabase): Plain[] {
  return [1, 2].flatMap((round) =>
    listLabels(db, { round }, 'image', 10_000).map(({ rank: _, ...line }) => ({
      ...line,
      changes: db.connection.all<Plain['changes'][number]>('SELECT round, kind, iou FROM label_changes WHERE prediction_id = ?', [line.id]),
      suspicions: db.connection.all<Plain['suspicions'][number]>(
        'SELECT kind, strength, strongest FROM suspicions WHERE prediction_id = ? ORDER BY kind',
        [line.id],
      ),
    })),
  );
}

function matches(line: Plain, filter: LabelFilter): boolean {
  const {
    round,
    category,
    minScore = 0,
    maxScore = 1,
    minAreaPx2 = 0,
    maxAreaPx2 = 1e9,
    status,
    reason,
    image,
    verdict,
    change,
    suspicion,
  } = filter;
  const said = { any: line.verdict !== null, none: line.verdict === null }[verdict as 'any' | 'none'] ?? line.verdict === verdict;
  return (
    line.round === (change === 'died' ? round - 1 : round) &&
    (category === undefined || line.category === category) &&
    line.score >= minScore &&
    line.score <= maxScore &&
    line.areaPx2 >= minAreaPx2 &&
    line.areaPx2 <= maxAreaPx2 &&
    (status === undefined || line.selection.status === status) &&
    (reason === undefined || (line.selection.status !== 'open' && line.selection.reason === reason)) &&
    (image === undefined || line.image === image) &&
    (verdict === undefined || said) &&
    (change === undefined || line.changes.some((one) => one.round === round && one.kind === change)) &&
    (suspicion === undefined || line.suspicions.some(({ kind }) => suspicion === 'any' || kind === suspicion))
  );
}

/** The rank of a line, or none where the order does not list it. */
function rankOf(line: Plain, filter: LabelFilter, order: LabelOrder): number | undefined {
  if (order.startsWith('score')) return line.score;
  if (order.startsWith('area')) return line.areaPx2;
  if (order === 'image') return line.image;
  if (order === 'least-certain') return Math.abs(line.score - (line.category === DOG ? 0.7 : 0.4));
  if (order === 'most-changed') {
    const asked = filter.change === undefined ? ['kept', 'reclassified', 'grew', 'shrank'] : [filter.change];
    return line.changes.find(({ round, kind }) => round === filter.round && asked.includes(kind))?.iou;
  }
  const { suspicion = 'any' } = filter;
  return line.suspicions.find(({ kind, strongest }) => (suspicion === 'any' ? strongest === 1 : kind === suspicion))?.strength;
}

function expected(lines: readonly Plain[], filter: LabelFilter, order: LabelOrder): LabelCursor[] {
  const down = order.endsWith('desc') || order === 'likely-wrong' ? -1 : 1;
  return lines
    .filter((line) => matches(line, filter))
    .flatMap((line) => {
      const rank = rankOf(line, filter, order);
      return rank === undefined ? [] : [{ id: line.id, rank }];
    })
    .sort((a, b) => down * (a.rank - b.rank || a.id - b.id));
}

function allPages(limit: number, read: (after: LabelCursor | undefined) => readonly LabelCursor[]): LabelCursor[] {
  const keys: LabelCursor[] = [];
  for (let after: LabelCursor | undefined; ; after = keys.at(-1)) {
    const page = read(after).map(({ id, rank }) => ({ id, rank }));
    keys.push(...page);
    if (page.length < limit) return keys;
  }
}

function judgedRun(t: TestContext): RunDatabase {
  const db = labeledRun(t);
  for (const round of [1, 2]) db.rounds.freeze(round, { score: 0.4, scoreByCategory: { [DOG]: 0.7 } }, T0);
  judge(db);
  return db;
}

const sometimes = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const filters: fc.Arbitrary<LabelFilter> = fc
  .record({
    round: fc.constantFrom(1, 2, 2, 2),
    category: sometimes(fc.constantFrom(CAT, DOG)),
    minScore: sometimes(fc.constantFrom(0.1, 0.4, 0.5, 0.7, 0.8)),
    maxScore: sometimes(fc.constantFrom(0.2, 0.4, 0.5, 0.7, 0.9)),
    minAreaPx2: sometimes(fc.constantFrom(20, 600, 1024, 1500)),
    maxAreaPx2: sometimes(fc.constantFrom(400, 1024, 2000, 20_000)),
    status: sometimes(fc.constantFrom('kept' as const, 'dropped' as const)),
    reason: sometimes(fc.constantFrom('score', 'unsure', 'below-threshold')),
    image: sometimes(fc.constantFrom(3, 20)),
    verdict: sometimes(fc.constantFrom('accepted' as const, 'rejected' as const, 'corrected' as const, 'any' as const, 'none' as const)),
    change: sometimes(fc.constantFrom(...CHANGE_KINDS)),
    suspicion: sometimes(fc.constantFrom(...SUSPICION_KINDS, 'any' as const)),
  })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as unknown as LabelFilter);

test('every filter in every order: what it says, in its order, page by page, walked or sorted; and as many as are counted', (t) => {
  const db = judgedRun(t);
  const lines = plainly(db);
  fc.assert(
    fc.property(filters, fc.constantFrom(...LABEL_ORDERS), fc.integer({ min: 1, max: 60 }), (filter, order, limit) => {
      const keys = expected(lines, filter, order);
      assert.deepEqual(
        allPages(limit, (after) => listLabels(db, filter, order, limit, after)),
        keys,
      );
      const walk = walkingReader(db, filter, order);
      assert.deepEqual(
        allPages(limit, (after) => walk(after, limit)),
        keys,
      );
      const back = walkingReader(db, filter, order, 'backward');
      assert.deepEqual(
        allPages(limit, (after) => back(after, limit)),
        keys.toReversed(),
      );
      for (const [at, { id }] of [...keys.entries()].slice(0, 4)) {
        const beside = { previous: keys[at - 1]?.id ?? null, next: keys[at + 1]?.id ?? null };
        assert.deepEqual(labelNeighbours(db, filter, order, id), beside);
      }
      const listed = listedBy(filter, order).flatMap((one) => [...labelIds(db, one)]);
      assert.deepEqual(new Set(listed), new Set(keys.map(({ id }) => id)));
      assert.equal(listed.length, keys.length);
      const whole = expected(lines, filter, 'image').map(({ id }) => id);
      assert.deepEqual([...labelIds(db, filter)], whole);
      assert.deepEqual(countLabels(db, filter), { labels: whole.length, exact: true });
    }),
    {
      numRuns: 500,
      examples: [
        [{ round: 2, maxScore: 0.4 }, 'least-certain', 5],
        [{ round: 2, minScore: 0.7, category: DOG }, 'least-certain', 5],
        [{ round: 2, category: DOG, change: 'died' }, 'most-changed', 1],
      ],
    },
  );
});

test('where a category keeps nothing (threshold 2), its best score is the least certain', (t) => {
  const db = labeledRun(t);
  db.rounds.freeze(2, { score: 2 }, T0);
  const best = listLabels(db, { round: 2 }, 'score-desc', 1000).map(({ score }) => score);
  assert.deepEqual(
    listLabels(db, { round: 2 }, 'least-certain', 1000).map(({ score }) => score),
    best,
  );
  assert.deepEqual(
    walkingReader(db, { round: 2 }, 'least-certain')(undefined, 1000).map(({ rank }) => rank),
    best.map((score) => 2 - score),
  );
});

test('a line tells what became of its prediction', (t) => {
  const db = judgedRun(t);
  const lines = listLabels(db, { round: 2 }, 'image', 1000);
  const { predictions } = db.connection.one<{ predictions: number }>('SELECT count(*) AS predictions FROM predictions WHERE round = 2');
  assert.equal(lines.length, predictions);
  for (const line of lines) {
    const { image, score, categoryName, fileName } = line;
    assert.deepEqual([categoryName, fileName], [line.category === CAT ? 'cat' : 'dog', `${image}.jpg`]);
    assert.equal(line.selection.status, image > 20 ? 'open' : score >= 0.5 ? 'kept' : 'dropped');
    assert.equal(line.change === null, line.selection.status !== 'kept');
    assert.equal(line.verdict, ['accepted', 'rejected', 'corrected', null, null][line.id % 5] && line.verdict);
  }
  assert.ok(lines.some(({ suspicion }) => suspicion !== null) && lines.some(({ verdict }) => verdict === 'corrected'));
});

test('the line of an object is one list over all rounds, from whichever prediction one asks', (t) => {
  const db = judgedRun(t);
  const [{ id, selection }] = listLabels(db, { round: 2, change: 'kept' }, 'image', 1);
  assert.ok(selection.status === 'kept' && selection.previous !== null);
  const both = [selection.previous, id];
  for (const line of both)
    for (const round of [1, 2])
      assert.deepEqual(
        listLabels(db, { round, line }, 'image', 10).map((one) => one.id),
        both,
      );
  assert.deepEqual([...labelIds(db, { round: 2, line: id })], both);
  assert.deepEqual(countLabels(db, { round: 2, line: id, minScore: 2 }), { labels: 0, exact: true });
});

test('what a person decided about leaves a list of undecided labels, and its neighbours are where it was', (t) => {
  const db = labeledRun(t);
  const filter: LabelFilter = { round: 2, verdict: 'none' };
  const before = listLabels(db, filter, 'score-desc', 5).map(({ id }) => id);
  db.verdicts.record([{ of: 'prediction', prediction: before[2], verdict: 'accepted' }], {
    who: 'ada',
    why: '',
    subject: 'a test',
    atMs: T0,
  });
  assert.deepEqual(labelNeighbours(db, filter, 'score-desc', before[2]), { previous: before[1], next: before[3] });
  assert.deepEqual(labelNeighbours(db, filter, 'score-desc', before[1]), { previous: before[0], next: before[3] });
  assert.deepEqual(labelNeighbours(db, filter, 'score-desc', predictionId(1e9)), { previous: null, next: null });
});

/** Marks as the tables that they come from have them. */
const MARKS = `
SELECT p.round, v.verdict AS mark, p.category_id, p.score, p.id AS prediction_id, p.area_px2, p.image_id
FROM verdicts v JOIN predictions p ON p.id = v.prediction_id WHERE v.standing = 1 AND v.verdict <> 'withdrawn'
UNION SELECT p.round, c.kind, p.category_id, p.score, p.id, p.area_px2, p.image_id FROM label_changes c JOIN predictions p ON p.id = c.prediction_id
UNION SELECT p.round, s.kind, p.category_id, p.score, p.id, p.area_px2, p.image_id FROM suspicions s JOIN predictions p ON p.id = s.prediction_id
UNION SELECT p.round, 'suspected', p.category_id, p.score, p.id, p.area_px2, p.image_id FROM suspicions s JOIN predictions p ON p.id = s.prediction_id
ORDER BY 1, 2, 3, 4, 5`;

test('marks are what verdicts, changes and suspicions say, also after these were undone, replaced or made anew', (t) => {
  const db = labeledRun(t);
  const requireMarks = (when: string) => {
    assert.deepEqual(db.connection.all('SELECT * FROM label_marks ORDER BY 1, 2, 3, 4, 5'), db.connection.all(MARKS), when);
    assert.deepEqual(
      db.connection.all('SELECT * FROM mark_counts WHERE predictions > 0 ORDER BY 1, 2, 3'),
      db.connection.all(
        'SELECT round, mark, category_id, count(*) AS predictions FROM label_marks GROUP BY round, mark, category_id ORDER BY 1, 2, 3',
      ),
      when,
    );
  };
  requireMarks('selected');
  judge(db);
  requireMarks('judged');
  const [{ id }] = db.verdicts.actions(1);
  db.verdicts.undo(id, { who: 'eve', atMs: T0 });
  requireMarks('undone');
  db.pseudoLabels.clear(2);
  requireMarks('cleared');
  assert.ok(countLabels(db, { round: 2, verdict: 'any' }).labels > 0);
  assert.deepEqual(countLabels(db, { round: 2, suspicion: 'any' }), { labels: 0, exact: true });
});

test('many lists in one order are merged into one, however few of each are read at a time', () => {
  const compare = (a: LabelCursor, b: LabelCursor) => a.rank - b.rank || a.id - b.id;
  const keysOf = (ranks: readonly number[], list: number) =>
    ranks.map((rank, at) => ({ rank, id: predictionId(100 * list + at) })).sort(compare);
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 })), fc.integer({ min: 1, max: 100 }), (ranks, limit) => {
      const lists = ranks.map(keysOf);
      const readers = lists.map((list) => (after: LabelCursor | undefined, count: number) => {
        const rest = after ? list.filter((key) => compare(key, after) > 0) : list;
        return rest.slice(0, count);
      });
      assert.deepEqual(mergeKeys(readers, compare, undefined, limit), lists.flat().sort(compare).slice(0, limit));
    }),
  );
});

/** Labels and selects an image of round 1 for each byte that it is sent, each in transactions of its own. */
const WRITER = `
import { openDatabase } from '${new URL('../open.js', import.meta.url)}';
import { addImage, label, prediction } from '${new URL('../test-database.js', import.meta.url)}';
const db = openDatabase(process.argv[1], { mode: 'write' });
let number = 1000;
for await (const bytes of process.stdin)
  for (const _ of bytes) {
    const image = addImage(db, number++);
    const ids = label(db, image, [prediction(0.95), prediction(0.55), prediction(0.15)]);
    const decisions = ids.map((prediction) => ({ prediction, status: 'kept', reason: 'score', weight: 1 }));
    db.pseudoLabels.record({ round: 1, image: image.id, decisions, lineage: new Map(), drawn: [], changes: [], suspicions: [] });
  }
`;

/** What the writer is sent before each of the first pages of a list. */
const FOUR_IMAGES = '....';
const PAGES_OF_WRITING = 8;

test('pages that are read while another process writes neither repeat a line nor leave out one that was there', async (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  labeledRun(t, path);
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], { stdio: ['pipe', 'inherit', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const db = openDatabase(path, { mode: 'read' });
  t.after(() => db.close());
  const images = () => db.connection.one<{ images: number }>('SELECT count(*) AS images FROM images').images;
  const first = images();
  let sent = 0;
  for (const filter of [{ round: 1 }, { round: 1, status: 'kept' as const }])
    for (const order of ['score-desc', 'image', 'area-asc', 'least-certain'] as const) {
      const before = listLabels(db, filter, order, 100_000).map(({ id }) => id);
      const seen: PredictionId[] = [];
      let after: LabelCursor | undefined;
      for (let pages = 0; pages === 0 || after; pages++) {
        if (pages < PAGES_OF_WRITING) {
          child.stdin.write(FOUR_IMAGES);
          sent += FOUR_IMAGES.length;
        }
        await setTimeout(5);
        const page = listLabels(db, filter, order, 20, after);
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1);
      }
      assert.equal(new Set(seen).size, seen.length, `${order}: no line twice`);
      const old = new Set(before);
      assert.deepEqual(
        seen.filter((id) => old.has(id)),
        before,
        `${order}: each line that was there, in its place`,
      );
    }
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.equal(images(), first + sent, 'it wrote all the while');
});
