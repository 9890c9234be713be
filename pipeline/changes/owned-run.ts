import type { ResolvedConfig } from '../../config/index.ts';
import { acquireRunLock, openDatabase, type RunDatabase, requireDatabase } from '../../db/index.ts';
import { runConfigOf } from '../run.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { type ChangePlan, planChanges } from './change-plan.ts';
import { placeOf } from './place.ts';

/** Other settings, made from those that the run has: those of a file, or some that are set anew. */
export type Wanted = (stored: ResolvedConfig) => ResolvedConfig;

/** What a change of settings works with. */
export interface ChangeContext {
  readonly db: RunDatabase;
  readonly folder: RunFolder;
  readonly before: ResolvedConfig;
  /** The wanted settings at the place where the run is. */
  readonly after: ResolvedConfig;
  readonly plan: ChangePlan;
}

/**
 * What other settings would do to the run in a folder; nothing is done.
 * @throws SelfpasteError DATA_NO_RUN, DATA_OTHER_MACHINE, as {@link openDatabase}, and what `wanted` throws
 */
export function planSettings(path: string, wanted: Wanted): ChangePlan {
  const folder = runFolder(path);
  const db = openDatabase(folder.database, { mode: 'read' });
  try {
    return contextOf(db, folder, wanted).plan;
  } finally {
    db.close();
  }
}

/** Works on a run as the one process that owns it. Throws ENVIRONMENT_RUN_OWNED, and as {@link planSettings}. */
export async function owningChange<Result>(
  path: string,
  wanted: Wanted,
  work: (context: ChangeContext) => Result | Promise<Result>,
): Promise<Result> {
  const folder = runFolder(path);
  requireDatabase(folder.database);
  const lock = acquireRunLock(folder.path);
  try {
    const db = openDatabase(folder.database, { mode: 'upgrade' });
    try {
      db.guardWrites(() => lock.requireHeld());
      return await work(contextOf(db, folder, wanted));
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

function contextOf(db: RunDatabase, folder: RunFolder, wanted: Wanted): ChangeContext {
  const before = runConfigOf(db, folder.path);
  const asked = wanted(before);
  const after = { ...asked, name: before.name, runs: before.runs, runFolder: folder.path };
  return { db, folder, before, after, plan: planChanges(before, asked, placeOf(db, folder)) };
}
