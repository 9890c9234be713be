import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
// biome-ignore lint/style/noRestrictedImports: the bare loop is what the database's own door is measured against
import Database from 'better-sqlite3';
import { type ModelId, type Prediction, rle } from '../core/index.ts';
import { type ImageRow, openDatabase, type RunDatabase } from '../db/index.ts';
import { attemptOf, beginLabelRound, beginLabelRun } from './label-database.ts';
import { overlapsOf, predictionsOf, predictionsPerImage } from './label-sights.ts';

/** CPU time of both sides over the same rows, in transactions of {@link IMAGES} images each. */
export interface WritingSpeed {
  /** How much of the bare loop's speed is left, 0..1. */
  readonly ofBareLoop: number;
  readonly rowsPerSecond: number;
  readonly bareRowsPerSecond: number;
}

const IMAGES = 50;
/** Images after which all code is compiled. */
const WARM_UP = 100;

/** Writes predictions through the database's own door and in a bare better-sqlite3 loop, taking turns. */
export function measureWriting(seed: number, rows: number): WritingSpeed {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-writing-'));
  try {
    const db = openDatabase(join(folder, 'ours.db'), { mode: 'create' });
    const bare = bareDatabase(join(folder, 'bare.db'), db);
    const speed = takeTurns(db, bare, seed, rows);
    bare.close();
    db.close();
    return speed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function takeTurns(db: RunDatabase, bare: Database.Database, seed: number, rows: number): WritingSpeed {
  const images = beginLabelRun(db, Math.ceil(rows / predictionsPerImage / IMAGES) * IMAGES);
  const model = beginLabelRound(db, 1);
  const [ours, bares] = [new Clock(), new Clock()];
  for (let from = 0; from < images.length; from += IMAGES) {
    if (from === WARM_UP) for (const clock of [ours, bares]) clock.reset();
    const chunk = images.slice(from, from + IMAGES).map((image, step) => ({ image, predictions: predictionsOf(seed, 1, from + step) }));
    const rows = rowsOf(chunk, model);
    const turns = [() => ours.time(() => writeOurs(db, chunk, model)), () => bares.time(() => writeBare(bare, rows))];
    for (const turn of (from / IMAGES) % 2 === 0 ? turns : turns.reverse()) turn();
  }
  const rate = ({ cpuMs }: Clock) => (1000 * predictionsPerImage * (images.length - WARM_UP)) / cpuMs;
  return { ofBareLoop: bares.cpuMs / ours.cpuMs, rowsPerSecond: rate(ours), bareRowsPerSecond: rate(bares) };
}

/** CPU time of this process while it works for one side. */
class Clock {
  cpuMs = 0;

  time(work: () => void): void {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    this.cpuMs += (user + system) / 1000;
  }

  reset(): void {
    this.cpuMs = 0;
  }
}

interface Labeled {
  readonly image: ImageRow;
  readonly predictions: readonly Prediction[];
}

function writeOurs(db: RunDatabase, chunk: readonly Labeled[], model: ModelId): void {
  db.transaction(() => {
    for (const { image, predictions } of chunk) db.labeling.recordDone(attemptOf(image.id, 1, model), predictions, overlapsOf);
  });
}

/** The same table with the same indexes; neither triggers nor foreign keys. */
function bareDatabase(path: string, { connection }: RunDatabase): Database.Database {
  const bare = new Database(path);
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'foreign_keys = OFF',
    'wal_autocheckpoint = 8000',
    'cache_size = -65536',
  ])
    bare.pragma(pragma);
  const schema = connection.all<{ sql: string }>(
    `SELECT sql FROM sqlite_schema WHERE tbl_name = 'predictions' AND type IN ('table', 'index') ORDER BY type DESC, rowid`,
  );
  for (const { sql } of schema) bare.exec(sql);
  return bare;
}

const INSERT = `INSERT INTO predictions (round, image_id, model_id, category_id, score, x1, y1, x2, y2, area_px2, rle)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

type Row = readonly (number | string)[];

/** Ready before the clock starts: masks as text, areas measured. */
const rowsOf = (chunk: readonly Labeled[], model: ModelId): Row[] =>
  chunk.flatMap(({ image, predictions }) =>
    predictions.map(({ category, score, box, mask }) => [
      ...[1, image.id, model, category, score, box.x1, box.y1, box.x2, box.y2, rle.area(mask)],
      rle.countsToString(mask.counts),
    ]),
  );

function writeBare(bare: Database.Database, rows: readonly Row[]): void {
  const insert = bare.prepare(INSERT);
  bare.transaction(() => {
    for (const row of rows) insert.run(row);
  })();
}
