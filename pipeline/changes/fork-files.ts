import { existsSync, mkdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelId } from '../../core/index.ts';
import { firstRoundBehind, type RunDatabase, type RunPoint } from '../../db/index.ts';
import { sidecarOf } from '../../teacher/index.ts';
import { hashFile } from '../hash-file.ts';
import { shareFiles } from '../inheritance/share-files.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { ChangeContext } from './owned-run.ts';

/** Gives a fork the files of the rounds that are valid in it, once they are whole. Throws as {@link shareFiles} does. */
export function shareRounds(run: Pick<ChangeContext, 'db' | 'folder'>, at: RunPoint | null, to: string): Promise<void> {
  const end = at === null ? Number.POSITIVE_INFINITY : firstRoundBehind(at, 'train');
  return shareFiles(run, ({ round }) => round < end, to);
}

/**
 * Gives a fork its best model so far: the teacher with which it begins, where a file of it is still there. A copy, not a link: it takes the
 * teacher's place where that one's file is damaged.
 */
export async function shareBest(db: RunDatabase, folder: RunFolder, teacher: ModelId, to: string): Promise<void> {
  const row = db.models.byId(teacher);
  const { best } = runFolder(to);
  for (const file of row === undefined ? [] : [folder.located(row.path), folder.best]) {
    if (!existsSync(file) || (await hashFile(file)) !== row?.sha256) continue;
    mkdirSync(dirname(best), { recursive: true });
    await copyFile(file, best);
    if (existsSync(sidecarOf(file))) await copyFile(sidecarOf(file), sidecarOf(best));
    return;
  }
}
