import { accessSync, constants, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { makeFolders } from '../dataset/index.ts';
import { openDatabase } from '../db/index.ts';
import { isUnfinished } from './garbage/run-file.ts';

/** Where everything of a run lies. */
export interface RunFolder {
  readonly path: string;
  readonly database: string;
  readonly models: string;
  /** Copy of the best model so far. */
  readonly best: string;
  readonly trainingSet: (round: number) => string;
  /** What the round hands on: the best of the students that were measured. */
  readonly student: (round: number) => string;
  /** A student that waits to be measured. */
  readonly interimStudent: (round: number) => string;
  /** A student that was measured at a step, while it is the best one or the last. */
  readonly studentAt: (round: number, step: number) => string;
  /** The student before training: its graph and initial weights. */
  readonly initialStudent: (round: number) => string;
  readonly checkpoints: (round: number) => string;
  /** A new event file for TensorBoard; later ones sort behind earlier ones. */
  readonly chart: (round: number, atMs: number) => string;
  /** The run that this one comes from, as it was then, in a fork with other data that may still take something over. */
  readonly parent: string;
  /** A file of the run as the database keeps it: relative, so that the folder may move. */
  readonly stored: (file: string) => string;
  /** Where a file is that the database names; a given model's path is absolute and stays. */
  readonly located: (stored: string) => string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    database: join(path, 'selfpaste.db'),
    models: join(path, 'models'),
    best: join(path, 'models', 'best.onnx'),
    trainingSet: (round) => join(path, 'rounds', `round-${round}-training-set.json`),
    student: (round) => join(path, 'models', `round-${round}-student.onnx`),
    interimStudent: (round) => join(path, 'models', `round-${round}-interim.onnx`),
    studentAt: (round, step) => join(path, 'models', `round-${round}-step-${step}.onnx`),
    initialStudent: (round) => join(path, 'rounds', `round-${round}-initial.onnx`),
    checkpoints: (round) => join(path, 'checkpoints', `round-${round}`),
    chart: (round, atMs) => join(path, 'tensorboard', `round-${round}`, `events.out.tfevents.${String(atMs).padStart(13, '0')}.selfpaste`),
    parent: join(path, 'parent'),
    stored: (file) => relative(path, file),
    located: (stored) => resolve(path, stored),
  };
}

/** Makes sure that a run's folder is there and can be written. Throws ENVIRONMENT_NOT_WRITABLE, ENVIRONMENT_DISK_FULL. */
export function makeRunFolder(path: string): void {
  try {
    makeFolders(path);
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw environmentError(error, path);
  }
}

/** What the file system refused, as an error that its user can act on; any other error as it is. */
export function environmentError(error: unknown, folder: string): unknown {
  if (error instanceof SelfpasteError || !(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (['ENOSPC', 'EDQUOT'].includes(code))
    return new SelfpasteError(
      'ENVIRONMENT_DISK_FULL',
      `Expected room on the disk for ${folder}, got ${code}`,
      'free some disk space, then go on with `selfpaste resume`',
      error,
    );
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EEXIST'].includes(code))
    return new SelfpasteError(
      'ENVIRONMENT_NOT_WRITABLE',
      `Expected a run folder whose files can be read and written at ${folder}, got ${error.message}`,
      'check that folder and its permissions, or choose another with --set runs=FOLDER',
      error,
    );
  return error;
}

/** Removes what processes that were killed had begun to write: files get their name only once they are whole. Others' files stay. */
export function removeUnfinishedFiles({ path }: RunFolder): void {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    if (isUnfinished(name)) rmSync(join(path, name), { force: true });
  }
}

/** A run in which nothing was made yet, as one whose data or model was refused, gives way to the one that starts now. */
export function clearUnbegunRun({ database, parent }: RunFolder): void {
  if (!existsSync(database) || somethingWasMade(database)) return;
  rmSync(parent, { recursive: true, force: true });
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
}

/** Also true of a file that is no database of ours: creating one tells what is wrong with it. */
function somethingWasMade(database: string): boolean {
  try {
    const db = openDatabase(database, { mode: 'read' });
    try {
      return db.models.all().length > 0 || db.checkpoints.ofRound(0).length > 0;
    } finally {
      db.close();
    }
  } catch {
    return true;
  }
}
