import { pictureNames } from '../../dataset/index.ts';
import { openDatabase, type RunDatabase } from '../../db/index.ts';
import { runConfigOf } from '../run/run.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { placeOf } from './place.ts';

/** Pictures that a run has not seen. */
export interface AddedPictures {
  /** Of the unlabeled pictures, as the settings name it. */
  readonly folder: string;
  /** At least one. */
  readonly pictures: number;
}

const MOST_MS = 1000;
/** Of more names the list itself would take too long. */
const MOST_KNOWN = 50_000;

/**
 * How many pictures a run's folder of unlabeled ones has that were not there at the import, by their names alone. Null where none were added,
 * where a list names the pictures, and where it cannot be said in time: it is a word in passing, never a reason to fail.
 * @param late ends it
 */
export async function addedPictures(path: string, late = AbortSignal.timeout(MOST_MS)): Promise<AddedPictures | null> {
  try {
    const imported = importedFolder(runFolder(path));
    if (imported === null) return null;
    const names = await Promise.race([pictureNames(imported.folder, late), aborted(late)]);
    const pictures = names.filter((name) => !imported.names.has(name)).length;
    return pictures === 0 ? null : { folder: imported.folder, pictures };
  } catch {
    return null;
  }
}

/** The folder that was searched, and what was found there, usable or not. */
function importedFolder(folder: RunFolder): { readonly folder: string; readonly names: ReadonlySet<string> } | null {
  const db = openDatabase(folder.database, { mode: 'read' });
  try {
    const { unlabeled } = runConfigOf(db, folder.path).data;
    if (unlabeled === null || unlabeled.list !== null || placeOf(db, folder).stage === 'import') return null;
    return db.images.count().unlabeled > MOST_KNOWN ? null : { folder: unlabeled.images, names: importedNames(db) };
  } finally {
    db.close();
  }
}

function importedNames(db: RunDatabase): ReadonlySet<string> {
  const leftOut = db.quarantine.all().filter(({ subset }) => subset === 'unlabeled');
  const names = new Set(leftOut.map(({ fileName }) => fileName));
  for (const { fileName } of db.images.ofSubset('unlabeled')) names.add(fileName);
  return names;
}

/** A file system that does not answer is not waited for either. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
