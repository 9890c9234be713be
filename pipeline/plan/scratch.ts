import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { openDatabase, type RunDatabase } from '../../db/index.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';

/** A run's folder and database that nobody keeps. */
export interface Scratch {
  readonly folder: RunFolder;
  readonly db: RunDatabase;
}

/** Works with a run's folder that is gone afterwards, however the work or the process ends. */
export async function withScratch<Result>(work: (scratch: Scratch) => Promise<Result>): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'selfpaste-plan-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const folder = runFolder(path);
    const db = openDatabase(folder.database, { mode: 'create' });
    try {
      return await work({ folder, db });
    } finally {
      db.close();
    }
  } finally {
    remove();
    process.off('exit', remove);
  }
}
