import { type ErrorCode, SelfpasteError } from '../core/index.ts';
import { restoreHint } from './backup-files.ts';

interface Diagnosis {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

const NO_DATABASE: Diagnosis = {
  code: 'DATA_NO_DATABASE',
  says: 'is not a selfpaste database',
  hint: 'check the path: a run is a folder that holds selfpaste.db; `selfpaste run -c FILE` starts one',
};
const UNREADABLE: Diagnosis = {
  code: 'ENVIRONMENT_UNREADABLE_DATABASE',
  says: 'cannot be opened',
  hint: 'check the permissions of the run folder and of the files in it',
};
const CORRUPT: Diagnosis = {
  code: 'DATA_CORRUPT_DATABASE',
  says: 'is damaged',
  hint: 'restore the run folder from a backup, or rescue what is left with `sqlite3 selfpaste.db .recover` and start a new run',
};
const DISK_FULL: Diagnosis = {
  code: 'ENVIRONMENT_DISK_FULL',
  says: 'could not grow: the disk is full',
  hint: 'free some disk space, then resume the run; what was committed is safe',
};
const READ_ONLY: Diagnosis = {
  code: 'ENVIRONMENT_READ_ONLY',
  says: 'cannot be written',
  hint: 'check the permissions of the run folder and that its disk is not mounted read-only',
};
const BUSY: Diagnosis = {
  code: 'ENVIRONMENT_DATABASE_BUSY',
  says: 'is locked by another process',
  hint: 'close other programs that write to this database, then try again',
};
const DISK_ERROR: Diagnosis = {
  code: 'ENVIRONMENT_DISK_ERROR',
  says: 'could not be read or written: the disk reports an error',
  hint: 'check the disk (and the connection, if it is a network disk), then resume the run',
};

/** By SQLite's primary result codes (https://sqlite.org/rescode.html) and by Node's file errors. */
const DIAGNOSES: readonly (readonly [RegExp, Diagnosis])[] = [
  [/^SQLITE_NOTADB/, NO_DATABASE],
  [/^SQLITE_CANTOPEN/, UNREADABLE],
  [/^SQLITE_CORRUPT/, CORRUPT],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, DISK_FULL],
  [/^(SQLITE_READONLY|SQLITE_PERM|EACCES|EROFS|EPERM)/, READ_ONLY],
  [/^SQLITE_(BUSY|LOCKED)/, BUSY],
  [/^(SQLITE_IOERR|EIO)/, DISK_ERROR],
];

/** What SQLite or the file system reported, as an error a person can act on; anything else (a violated constraint: a bug) as it came. */
export function translateError(error: unknown, path: string): unknown {
  if (error instanceof SelfpasteError || !(error instanceof Error)) return error;
  const found = DIAGNOSES.find(([pattern]) => pattern.test(errorCode(error)));
  return found ? databaseError(found[1], path, error) : error;
}

/** A file that is missing, or that is something else than a run's database. */
export function noDatabase(path: string, why: string): SelfpasteError {
  return new SelfpasteError(NO_DATABASE.code, `Expected a selfpaste database at ${path}: ${why}`, restoreHint(path) ?? NO_DATABASE.hint);
}

function databaseError({ code, says, hint }: Diagnosis, path: string, cause: Error): SelfpasteError {
  const repair = code.startsWith('DATA_') ? restoreHint(path) : undefined;
  return new SelfpasteError(code, `The database ${path} ${says} (${errorCode(cause)}: ${cause.message})`, repair ?? hint, cause);
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
