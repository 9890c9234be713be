import { copyFileSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import type { RunFile } from '../garbage/run-file.ts';
import { runFiles } from '../garbage/run-files.ts';
import { hashFile } from '../hash-file.ts';
import type { RunFolder } from '../run-folder.ts';

/** A file of a round. */
type RoundFile = RunFile & { readonly round: number };

/**
 * Gives another run files of the rounds of a run, under the same names. All of them come from training, and are replaced, never changed: a
 * hard link shares them. Those whose hash the database knows are shared only where their content is still the same.
 * @param to folder of the other run
 * @throws SelfpasteError DATA_DAMAGED_MODEL; a damaged checkpoint is left out, as a run would go on from the one before it
 */
export async function shareFiles(
  { db, folder }: { readonly db: RunDatabase; readonly folder: RunFolder },
  isWanted: (file: RoundFile) => boolean,
  to: string,
): Promise<void> {
  const checkpoints = new Map(db.rounds.all().flatMap(({ index }) => db.checkpoints.ofRound(index).map((row) => [row.path, row.sha256])));
  const models = new Map(db.models.all().map(({ path, sha256 }) => [path, sha256]));
  for (const { path: file } of (await runFiles(folder.path)).filter(isOfRound).filter(isWanted)) {
    const hash = models.get(file) ?? checkpoints.get(file);
    const isWhole = hash === undefined || (await hashFile(folder.located(file))) === hash;
    if (isWhole) share(folder.located(file), join(to, file));
    else if (models.has(file)) throw damagedModel(folder.located(file));
  }
}

const isOfRound = (file: RunFile): file is RoundFile => file.round !== null;

function share(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  // A process that was killed may have shared it already.
  rmSync(to, { force: true });
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
