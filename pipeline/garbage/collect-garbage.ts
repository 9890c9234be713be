import { statSync } from 'node:fs';
import { acquireRunLock, emptyLog, freeShare, openDatabase, type RunDatabase, vacuum } from '../../db/index.ts';
import type { RunFolder } from '../run-folder.ts';
import { type Garbage, type GarbageScope, garbageOf, needFacts } from './garbage.ts';
import { removeGarbage } from './remove-garbage.ts';
import { type KindSize, type RunFile, sizesByKind } from './run-file.ts';
import { runFiles } from './run-files.ts';

/** What of a run's folder goes, and what stays. */
export interface Tidying {
  readonly garbage: readonly Garbage[];
  /** The largest kind first. */
  readonly kept: readonly KindSize[];
  /** Among what is kept: files that no run writes. */
  readonly foreign: readonly RunFile[];
}

/** A database that was written anew where that was worth it. */
export interface Compaction {
  /** Share of its pages that held nothing, 0..1. */
  readonly freeShare: number;
  readonly rewritten: boolean;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** With fewer pages that hold nothing, writing the database anew gains little: they are used again. */
export const WORTH_REWRITING = 0.2;

/** What {@link collectGarbage} would do. Writes nothing, also while the run goes on. Throws what opening the database throws. */
export async function previewGarbage(folder: RunFolder, scope: GarbageScope): Promise<Tidying> {
  const db = openDatabase(folder.database, { mode: 'read' });
  try {
    const files = await runFiles(folder.path);
    const garbage = garbageOf(needFacts(db), files, scope);
    const goes = new Set(garbage.map(({ path }) => path));
    return { garbage, ...keptOf(files.filter(({ path }) => !goes.has(path))) };
  } finally {
    db.close();
  }
}

/**
 * Removes what a run does not need, and moves the database's log into the database.
 * @param compacting whether to write the database anew where much of it holds nothing
 * @throws SelfpasteError ENVIRONMENT_RUN_OWNED while the run goes on, and what opening and writing the database throw
 */
export async function collectGarbage(
  folder: RunFolder,
  scope: GarbageScope,
  compacting: boolean,
): Promise<Tidying & { readonly compaction: Compaction | null }> {
  const lock = acquireRunLock(folder.path);
  try {
    const removed = await withOpen(folder, async (db) => {
      const garbage = garbageOf(needFacts(db), await runFiles(folder.path), scope);
      await removeGarbage({ db, folder }, garbage);
      emptyLog(db);
      return { garbage, compaction: compacting ? compact(db) : null };
    });
    return { ...removed, ...keptOf(await runFiles(folder.path)) };
  } finally {
    lock.release();
  }
}

async function withOpen<Result>(folder: RunFolder, use: (db: RunDatabase) => Promise<Result>): Promise<Result> {
  const db = openDatabase(folder.database, { mode: 'write' });
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

const keptOf = (files: readonly RunFile[]): Pick<Tidying, 'kept' | 'foreign'> => ({
  kept: sizesByKind(files),
  foreign: files.filter(({ role }) => role === 'foreign'),
});

function compact(db: RunDatabase): Compaction {
  const [share, bytesBefore] = [freeShare(db), statSync(db.path).size];
  const rewritten = share > WORTH_REWRITING;
  if (rewritten) vacuum(db);
  emptyLog(db);
  return { freeShare: share, rewritten, bytesBefore, bytesAfter: statSync(db.path).size };
}
