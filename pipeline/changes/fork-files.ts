import { copyFileSync, existsSync, linkSync, mkdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ModelId, SelfpasteError } from '../../core/index.ts';
import { firstRoundBehind, type RunDatabase, type RunPoint } from '../../db/index.ts';
import { sidecarOf } from '../../teacher/index.ts';
import { runFiles } from '../garbage/run-files.ts';
import { hashFile } from '../hash-file.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { ChangeContext } from './owned-run.ts';

/**
 * Gives a fork the files of the rounds that are valid in it. All of them come from training, and are replaced, never changed: a hard link
 * shares them. Those whose hash the database knows are shared only where their content is still the same.
 * @throws SelfpasteError DATA_DAMAGED_MODEL; a damaged checkpoint is left out, as a run would go on from the one before it
 */
export async function shareFiles({ db, folder }: Pick<ChangeContext, 'db' | 'folder'>, at: RunPoint | null, to: string): Promise<void> {
  const end = at === null ? Number.POSITIVE_INFINITY : firstRoundBehind(at, 'train');
  const checkpoints = new Map(db.rounds.all().flatMap(({ index }) => db.checkpoints.ofRound(index).map((row) => [row.path, row.sha256])));
  const models = new Map(db.models.all().map(({ path, sha256 }) => [path, sha256]));
  for (const file of await roundFiles(folder, end)) {
    const hash = models.get(file) ?? checkpoints.get(file);
    const isWhole = hash === undefined || (await hashFile(folder.located(file))) === hash;
    if (isWhole) share(folder.located(file), join(to, file));
    else if (models.has(file)) throw damagedModel(folder.located(file));
  }
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

/** Of the rounds before one, relative to the run's folder: what a run writes, once it is whole. */
async function roundFiles({ path }: RunFolder, end: number): Promise<readonly string[]> {
  const files = await runFiles(path);
  return files.flatMap(({ path: file, round }) => (round !== null && round < end ? [file] : []));
}

function share(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    // Some file systems have no links, or not so many of one file.
    copyFileSync(from, to);
  }
}

function damagedModel(file: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_DAMAGED_MODEL',
    `Expected ${file} as its run wrote it, but its content is another`,
    'put the file back from a backup: what was made by it cannot be shared without it',
  );
}
