/**
 * Writes test/golden/databases/v2.db: the run of v1.db, brought forward by the second migration, and what version 2 knows beyond it:
 * actions with a correction, a drawing and donations, changes and suspicions. By SQL, so that no later code has a hand in it.
 *
 *   npm run build && node test/golden/make/database-v2.mjs
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const build = process.argv[2] ?? 'dist';
const { labels } = await import(join(process.cwd(), build, 'db/migrations/0002-labels.js'));
const folder = join(process.cwd(), 'test/golden/databases');
const path = join(folder, 'v2.db');

rmSync(path, { force: true });
copyFileSync(join(folder, 'v1.db'), path);
const db = new Database(path);
db.pragma('foreign_keys = OFF');
db.transaction(() => db.exec(labels.sql))();
db.pragma('user_version = 2');
db.pragma('foreign_keys = ON');

const T0 = 1_700_000_000_000;
const insert = (table, row) => {
  const names = Object.keys(row);
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`).run(row);
};
const LARGE = { x1: 10, y1: 2, x2: 18, y2: 9, area_px2: 56, rle: 'V3730000000000000b0' };

const action = (id, subject) => insert('actions', { id, who: 'eve', why: 'golden', subject, at_ms: T0 + 10 + id });
action(4, 'p4');
insert('verdicts', { id: 4, action_id: 4, image_id: 1, prediction_id: 4, verdict: 'corrected', category_id: 17, ...LARGE, standing: 1 });
action(5, 'i2');
insert('verdicts', { id: 5, action_id: 5, image_id: 2, verdict: 'drawn', category_id: 3, ...LARGE, standing: 1 });
action(6, 'p1 d5');
insert('donations', { id: 1, action_id: 6, image_id: 1, category_id: 3, verdict_id: 1, from_round: 2 });
insert('donations', {
  id: 2, action_id: 6, image_id: 2, category_id: 3, verdict_id: 5, from_round: 2, until_round: 1, withdrawn_by: 'ada', withdrawn_at_ms: T0 + 30,
});
insert('label_changes', { round: 2, kind: 'kept', iou: 1, prediction_id: 4, previous_id: 1, image_id: 1, category_id: 3 });
const suspicion = (kind, strength, strongest) =>
  insert('suspicions', { round: 2, kind, strength, prediction_id: 4, image_id: 1, other_id: kind === 'disagreement' ? 1 : null, strongest });
suspicion('disagreement', 0.75, 1);
suspicion('cut', 0.5, 0);
db.exec('VACUUM');
db.close();
