/**
 * Writes test/golden/databases/v1.db: a run as version 1 of the database left it. Rows are written by SQL under the first migration
 * alone, so that no later code has a hand in it.
 *
 *   npm run build && node test/golden/make/database-v1.mjs
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const build = process.argv[2] ?? 'dist';
const { initial } = await import(join(process.cwd(), build, 'db/migrations/0001-initial.js'));
const path = join(process.cwd(), 'test/golden/databases/v1.db');

rmSync(path, { force: true });
const db = new Database(path);
db.pragma('page_size = 512');
db.exec(initial.sql);
db.pragma('user_version = 1');
db.pragma(`application_id = ${0x73656c66}`);
const T0 = 1_700_000_000_000;
const insert = (table, ...rows) => {
  for (const row of rows) db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`).run(row);
};
const hash = (number) => number.toString(16).padStart(64, '0');

/** Masks of 20x10 pixels as COCO's text: boxes from (2, 3) to (6, 6) and from (10, 2) to (18, 9). */
const SMALL = { box: [2, 3, 6, 6], areaPx2: 12, rle: 'g03700000Y4' };
const LARGE = { box: [10, 2, 18, 9], areaPx2: 56, rle: 'V3730000000000000b0' };

insert('runs', [1, 'golden', 7, '{"rounds":2}', 'abc', '0.1.0', 1, T0]);
insert('categories', [3, 'cat', 0], [17, 'dog', 1]);
insert(
  'images',
  ...[1, 2, 3].map((id) => [id, hash(id), `/data/${id}.jpg`, `${id}.jpg`, 20, 10, 1, 'unlabeled', null]),
  [4, hash(4), '/data/4.jpg', '4.jpg', 20, 10, 1, 'labeled', 44],
  [5, hash(5), '/data/5.jpg', '5.jpg', 20, 10, 1, 'validation', 55],
);
insert('ground_truths', [1, 4, 3, ...SMALL.box, SMALL.areaPx2, 0, 11, SMALL.rle], [2, 5, 17, ...LARGE.box, LARGE.areaPx2, 0, 12, LARGE.rle]);
insert('quarantine', ['unlabeled', '/data/bad.jpg', 'bad.jpg', 'truncated', 'ends early', T0]);
insert('models', [1, 0, 'student', 'models/0.onnx', hash(100), '{}', T0], [2, 1, 'student', 'models/1.onnx', hash(101), '{}', T0]);
insert(
  'rounds',
  [0, 'finished', null, 1, null, null, T0, T0 + 1, 1],
  [1, 'finished', 1, 2, null, null, T0 + 1, T0 + 9, 1],
  [2, 'select', 2, null, null, null, T0 + 9, null, null],
);
insert('stage_times', [1, 'label', T0 + 1, 5]);
insert(
  'label_attempts',
  [1, 1, 'done', null, 1, 2, 40, T0],
  [1, 2, 'done', null, 1, 1, 40, T0],
  [1, 3, 'failed', 'unreadable', 1, 0, 0, T0],
  [2, 1, 'done', null, 2, 1, 40, T0],
  [2, 2, 'done', null, 2, 0, 40, T0],
);
const prediction = (id, round, image, model, category, score, { box, areaPx2, rle }) =>
  insert('predictions', [id, round, image, model, category, score, ...box, areaPx2, rle]);
prediction(1, 1, 1, 1, 3, 0.9, SMALL);
prediction(2, 1, 1, 1, 17, 0.25, LARGE);
prediction(3, 1, 2, 1, 17, 0.55, LARGE);
prediction(4, 2, 1, 2, 3, 0.95, SMALL);
insert('verdicts', [1, 1, 1, 'accepted', 'ada', 'a cat', T0 + 5], [2, 2, 3, 'rejected', 'ada', 'a bush', T0 + 6], [3, 3, null, 'rejected', 'bob', 'a drawing', T0 + 7]);
insert('selections', [1, 1, 1, 1], [1, 2, 0, 1], [2, 1, 1, 0]);
insert(
  'pseudo_labels',
  [1, 1, 1, 3, 0.9, 'kept', 'accepted', 1, null],
  [1, 1, 2, 17, 0.25, 'dropped', 'below-threshold', 0, null],
  [1, 2, 3, 17, 0.55, 'dropped', 'rejected', 0, null],
  [2, 1, 4, 3, 0.95, 'kept', 'accepted', 1, 1],
);
db.prepare('UPDATE rounds SET policy = ?, frozen_at_ms = ? WHERE idx = 1').run('{"score":0.5}', T0 + 8);
insert('checkpoints', [1, 100, 'checkpoints/1-100', hash(200), 10, T0]);
insert('metrics', [1, 100, 'maskAp', 0.25]);
insert('events', [1, T0, 1, 'note', '{"text":"golden"}']);
insert('snapshots', [1, T0, 1, '{"value":"select"}']);
db.exec('VACUUM');
db.close();
