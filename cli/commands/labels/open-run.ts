import { type OpenMode, openDatabase, type RunDatabase } from '../../../db/index.ts';
import { runFolder } from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';

export { roundOf } from '../../../pipeline/index.ts';

/** What every command about a run says of its argument. */
export const RUN_HELP = 'folder or name of the run; the newest below ./runs by default';

/** Opens a run's database, also while the run goes on. */
export async function withRun<Result>(
  run: string | undefined,
  mode: Extract<OpenMode, 'read' | 'write'>,
  work: (db: RunDatabase) => Result | Promise<Result>,
): Promise<Result> {
  const db = openDatabase(runFolder(findRun(run)).database, { mode });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}
