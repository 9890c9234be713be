/**
 * Writes test/golden/databases/v5.db: the run of v4.db, brought forward by the fifth migration, with a notice that a receiver is owed. Its
 * actions have no keys: version 5 knows of none. By SQL, so that no later code has a hand in it.
 *
 *   npm run build && node test/golden/make/database-v5.mjs
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const build = process.argv[2] ?? 'dist';
const { notices } = await import(join(process.cwd(), build, 'db/migrations/0005-notices.js'));
const folder = join(process.cwd(), 'test/golden/databases');
const path = join(folder, 'v5.db');

rmSync(path, { force: true });
copyFileSync(join(folder, 'v4.db'), path);
const db = new Database(path);
db.pragma('foreign_keys = OFF');
db.transaction(() => db.exec(notices.sql))();
db.pragma('user_version = 5');
db.pragma('foreign_keys = ON');

const notice = JSON.stringify({ event: 'round-finished', round: 1 });
db.prepare('INSERT INTO notices (id, receiver, at_ms, notice) VALUES (?, ?, ?, ?)').run('v5-1', 'a hash', 1_700_000_000_000, notice);
db.exec('VACUUM');
db.close();
