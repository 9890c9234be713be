import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commitPoint } from '../commit-points.ts';
import type { StageContext } from '../stages/stage.ts';
import { type Garbage, garbageOf, needFacts } from './garbage.ts';
import { runFiles } from './run-files.ts';

type Owned = Pick<StageContext, 'db' | 'folder'>;

/**
 * Removes files, then what the database says of them. In this order a run that is killed between the two has rows left, and by these the
 * next removal finds what is still to do; the other way about, files would stay that nothing speaks of.
 */
export async function removeGarbage({ db, folder }: Owned, garbage: readonly Garbage[]): Promise<void> {
  const folders = new Set<string>();
  for (const { path, role } of garbage) {
    await rm(join(folder.path, path), { force: true });
    commitPoint('garbage-file-removed');
    if (role === 'checkpoint') folders.add(dirname(join(folder.path, path)));
  }
  for (const emptied of folders) await removeEmpty(emptied);
  for (const round of needFacts(db).finished) {
    for (const { step } of db.checkpoints.ofRound(round)) {
      db.checkpoints.remove(round, step);
      commitPoint('garbage-row-removed');
    }
  }
}

/** By rule, at the end of each round: nobody goes on from the checkpoints of a round that is finished. */
export async function removeFinishedCheckpoints(run: Owned): Promise<void> {
  const files = (await runFiles(run.folder.path, 'checkpoints')).filter(({ role }) => role === 'checkpoint');
  await removeGarbage(run, garbageOf(needFacts(run.db), files, 'unneeded'));
}

/** A folder that still holds something stays. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
