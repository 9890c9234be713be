/**
 * Writes test/golden/databases/v4.db: the run of v3.db, brought forward by the fourth migration, and a student that was measured class by
 * class. Nobody is owed a notice: version 4 knows of none. By SQL, so that no later code has a hand in it.
 *
 *   npm run build && node test/golden/make/database-v4.mjs
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';

const build = process.argv[2] ?? 'dist';
const { classMetrics } = await import(join(process.cwd(), build, 'db/migrations/0004-class-metrics.js'));
const folder = join(process.cwd(), 'test/golden/databases');
const path = join(folder, 'v4.db');

rmSync(path, { force: true });
copyFileSync(join(folder, 'v3.db'), path);
const db = new Database(path);
db.pragma('foreign_keys = OFF');
db.transaction(() => db.exec(classMetrics.sql))();
db.pragma('user_version = 4');
db.pragma('foreign_keys = ON');

const [category] = db.prepare('SELECT id FROM categories ORDER BY id').pluck().all();
db.prepare('INSERT INTO class_metrics VALUES (1, 100, ?, 2, 0.5, 0.75, 0.25)').run(category);
db.exec('VACUUM');
db.close();
