import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expectation, SelfpasteError } from '../core/index.ts';

/** The run that a command means: a folder, a name below runs/, or the newest one below runs/. Throws USAGE_NO_RUN. */
export function findRun(nameOrFolder: string | undefined): string {
  const candidates = nameOrFolder === undefined ? newestFirst('runs') : [resolve(nameOrFolder), resolve('runs', nameOrFolder)];
  const found = candidates.find(isRun);
  if (found !== undefined) return found;
  const message =
    nameOrFolder === undefined
      ? 'Expected a run below ./runs, found none'
      : expectation('RUN', 'the folder or name of a run', nameOrFolder);
  throw new SelfpasteError('USAGE_NO_RUN', message, "name the run's folder, or start one with `selfpaste run -c FILE`");
}

const isRun = (folder: string): boolean => existsSync(join(folder, 'selfpaste.db'));

function newestFirst(folder: string): string[] {
  if (!existsSync(folder)) return [];
  // What was written last may still be in the write-ahead log.
  const files = (run: string) => ['selfpaste.db', 'selfpaste.db-wal'].map((name) => join(run, name)).filter(existsSync);
  const changedMs = (run: string) => Math.max(...files(run).map((file) => statSync(file).mtimeMs));
  // No run's name begins with a dot: a fork that was not finished has such a one.
  const runs = readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => resolve(folder, name))
    .filter(isRun);
  return runs.sort((a, b) => changedMs(b) - changedMs(a));
}
