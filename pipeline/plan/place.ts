import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SelfpasteError } from '../../core/index.ts';
import { openDatabase, type RoundRow, type RunOwner, readRunOwner, runStatus } from '../../db/index.ts';
import { nearestExisting } from '../host/free-space.ts';
import { environmentError, type RunFolder } from '../run-folder.ts';

/**
 * Makes sure that a run can begin in a folder, without making it.
 * Throws DATA_DATABASE_EXISTS where a run has made something there already, ENVIRONMENT_NOT_WRITABLE, and what its database throws.
 */
export function requirePlace(folder: RunFolder): void {
  const existing = nearestExisting(folder.path);
  try {
    if (!statSync(existing).isDirectory()) throw Object.assign(new Error(`ENOTDIR: ${existing} is a file`), { code: 'ENOTDIR' });
    accessSync(existing, constants.W_OK);
    if (existing !== folder.path) tryMakingFolders(existing);
  } catch (error) {
    throw environmentError(error, folder.path);
  }
  if (existsSync(folder.database) && statSync(folder.database).size > 0) refuseBegun(folder);
}

/** An administrator may write anywhere by the permissions; whether a file system takes a folder shows only by making one. */
function tryMakingFolders(folder: string): void {
  rmdirSync(mkdtempSync(join(folder, '.selfpaste-plan-')));
}

/** A run in which nothing was made yet gives way to the one that starts, unless somebody is at it. */
function refuseBegun({ path, database }: RunFolder): void {
  const db = openDatabase(database, { mode: 'read' });
  try {
    const owner = readRunOwner(path);
    const { models, rounds } = runStatus(db);
    const begun = models.length > 0 || rounds.some(({ checkpointStep }) => checkpointStep !== null);
    if (begun || owner?.state === 'alive') throw placeTaken(path, rounds.at(-1)?.round, owner);
  } finally {
    db.close();
  }
}

function placeTaken(path: string, latest: RoundRow | undefined, owner: RunOwner | undefined): SelfpasteError {
  const place = latest === undefined ? 'that imports its data' : `in stage ${latest.stage} of round ${latest.index}`;
  const [driver, next] =
    owner?.state === 'alive'
      ? [`, driven by process ${owner.pid} on ${owner.host} since ${owner.since}`, `watch it with \`selfpaste status ${path}\``]
      : ['', `go on with it by \`selfpaste resume ${path}\``];
  const hint = `${next}, or choose another name with --set name=NAME`;
  return new SelfpasteError('DATA_DATABASE_EXISTS', `Expected no run yet in ${path}, got one ${place}${driver}`, hint);
}
