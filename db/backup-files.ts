import { closeSync, fsyncSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';

/** A copy of a run's database beside it: a backup before a migration, or a snapshot. */
export interface BackupFile {
  readonly path: string;
  readonly modifiedMs: number;
}

/** "self" in ASCII: marks a file as ours in SQLite's header (https://sqlite.org/fileformat.html, section 1.3). */
export const APPLICATION_ID = 0x73656c66;

/** `selfpaste.v1.backup.db` for version 1 of `selfpaste.db`. */
export const backupPath = (path: string, version: number): string => join(dirname(path), `${stem(path)}.v${version}.backup.db`);

const stem = (path: string): string => basename(path, '.db');

/** Files beside a database that say they are copies of one, whole or not; the newest first. */
export function backupsBeside(path: string): BackupFile[] {
  return filesOf(dirname(path))
    .filter((name) => name.endsWith('.db') && name !== basename(path))
    .map((name) => join(dirname(path), name))
    .filter(isOurs)
    .map((file) => ({ path: file, modifiedMs: statSync(file).mtimeMs }))
    .sort((a, b) => b.modifiedMs - a.modifiedMs);
}

/** How to get back what a damaged or missing database held; undefined where no copy is beside it. */
export function restoreHint(path: string): string | undefined {
  const [newest] = backupsBeside(path);
  if (!newest) return undefined;
  const when = new Date(newest.modifiedMs).toISOString();
  return `restore the copy beside it, ${basename(newest.path)} of ${when}, with \`selfpaste labels restore ${dirname(path)}\`; the damaged file is kept`;
}

/**
 * Writes a file that appears whole or not at all, whenever the program dies: under a temporary name, flushed, then renamed.
 * @param write makes the temporary file; what it leaves behind when it throws goes away
 */
export async function appear(target: string, write: (temporary: string) => void | Promise<void>): Promise<void> {
  const temporary = temporaryName(target);
  try {
    await write(temporary);
    publish(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** As {@link appear}, at once. */
export function appearNow(target: string, write: (temporary: string) => void): void {
  const temporary = temporaryName(target);
  try {
    write(temporary);
    publish(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function temporaryName(target: string): string {
  const temporary = `${target}.${process.pid}.part`;
  rmSync(temporary, { force: true });
  return temporary;
}

function publish(temporary: string, target: string): void {
  const file = openSync(temporary, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, target);
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const HEADER_BYTES = 72;
const ID_AT = 68;

function isOurs(file: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return header.toString('latin1', 0, 15) === 'SQLite format 3' && header.readUInt32BE(ID_AT) === APPLICATION_ID;
}
