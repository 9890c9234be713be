/**
 * Writes test/golden/databases/v3.db: the run of v2.db, brought forward by the third migration, and a student of round 1 that was
 * measured at two steps, of which version 3 knows nothing by class. By SQL, so that no later code has a hand in it.
 *
 *   npm run build && node test/golden/make/database-v3.mjs
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const build = process.argv[2] ?? 'dist';
const { suspicions } = await import(join(process.cwd(), build, 'db/migrations/0003-suspicions.js'));
const folder = join(process.cwd(), 'test/golden/databases');
const path = join(folder, 'v3.db');

rmSync(path, { force: true });
copyFileSync(join(folder, 'v2.db'), path);
const db = new Database(path);
db.pragma('foreign_keys = OFF');
db.transaction(() => db.exec(suspicions.sql))();
db.pragma('user_version = 3');
db.pragma('foreign_keys = ON');

const insert = db.prepare('INSERT INTO metrics (round, step, name, value) VALUES (?, ?, ?, ?)');
for (const row of [
  [1, 50, 'maskAp', 0.5],
  [1, 50, 'boxAp', 0.75],
  [1, 50, 'maskApLarge', null],
  [1, 50, 'loss', 2],
  [1, 100, 'boxAp', 0.5],
])
  insert.run(row);
db.exec('VACUUM');
db.close();
