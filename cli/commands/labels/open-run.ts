import { SelfpasteError } from '../../../core/index.ts';
import { type OpenMode, openDatabase, type RunDatabase } from '../../../db/index.ts';
import { runFolder } from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';

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

/** The round that is asked for, or the last one with labels. @throws SelfpasteError USAGE_NO_ROUND */
export function roundOf(db: RunDatabase, round: number | undefined): number {
  const labeled = db.rounds.all().filter(({ index }) => db.labeling.counts(index).done > 0);
  const found = round === undefined ? labeled.at(-1) : labeled.find(({ index }) => index === round);
  if (found !== undefined) return found.index;
  const known = labeled.map(({ index }) => index).join(', ') || 'none yet';
  throw new SelfpasteError(
    'USAGE_NO_ROUND',
    `Expected a round that has labels (${known}) for --round, got ${round ?? 'none'}`,
    'look at `selfpaste status`, and wait until a round has begun to label',
  );
}
