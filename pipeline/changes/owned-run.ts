import { isDeepStrictEqual } from 'node:util';
import type { ResolvedConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { acquireRunLock, openDatabase, type RunDatabase, requireDatabase } from '../../db/index.ts';
import { runConfigOf } from '../run/run.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { type ChangePlan, planChanges, type WantedData } from './change-plan.ts';
import { placeOf } from './place.ts';

/** What somebody wants of a run. */
export interface Wanted {
  /** Made from those that the run has: those of a file, or some that are set anew. */
  readonly settings: (stored: ResolvedConfig) => ResolvedConfig;
  readonly data: WantedData;
}

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
 * What other settings, or data that are read again, would do to the run in a folder; nothing is done.
 * @throws SelfpasteError DATA_NO_RUN, DATA_OTHER_MACHINE, as {@link openDatabase}, and what the wanted settings throw
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

/**
 * Works on a run as the one process that owns it.
 * @param agreed what somebody saw of the change and agreed to; null where nobody was asked
 * @throws SelfpasteError USAGE_RUN_MOVED where the run has come to another place, so that the change means something else;
 * ENVIRONMENT_RUN_OWNED, and as {@link planSettings}
 */
export function owningChange<Result>(
  path: string,
  wanted: Wanted,
  agreed: ChangePlan | null,
  work: (context: ChangeContext) => Result | Promise<Result>,
): Promise<Result> {
  return owning(path, (db, folder) => {
    const context = contextOf(db, folder, wanted);
    if (agreed !== null) requireSame(context.plan, agreed, path);
    return work(context);
  });
}

/** Brings a run's database to this version, after a backup beside it, as `resume` does. Throws ENVIRONMENT_RUN_OWNED, and as {@link openDatabase}. */
export const upgradeRun = (path: string): Promise<void> => owning(path, () => undefined);

/** Under the run's lock, and with its database at this version. */
async function owning<Result>(path: string, work: (db: RunDatabase, folder: RunFolder) => Result | Promise<Result>): Promise<Result> {
  const folder = runFolder(path);
  requireDatabase(folder.database);
  const lock = acquireRunLock(folder.path);
  try {
    const db = openDatabase(folder.database, { mode: 'upgrade' });
    try {
      db.guardWrites(() => lock.requireHeld());
      return await work(db, folder);
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** Throws what the wanted settings throw. */
export function contextOf(db: RunDatabase, folder: RunFolder, wanted: Wanted): ChangeContext {
  const before = runConfigOf(db, folder.path);
  const asked = wanted.settings(before);
  const after = { ...asked, name: before.name, runs: before.runs, runFolder: folder.path };
  return { db, folder, before, after, plan: planChanges(before, asked, placeOf(db, folder), wanted.data) };
}

function requireSame(now: ChangePlan, agreed: ChangePlan, run: string): void {
  const meaningOf = ({ changes, data, restart }: ChangePlan) => [changes, data, restart];
  if (!isDeepStrictEqual(meaningOf(now), meaningOf(agreed))) throw runMoved(run);
}

/** Where settings mean something else than what somebody saw and agreed to. */
export function runMoved(run: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_RUN_MOVED',
    `Expected ${run} where it was when its settings were compared, but it moved on meanwhile: they mean something else there`,
    'give the same command again, and look at what it says now',
  );
}
