import { Command } from 'commander';
import { acquireRunLock, openDatabase } from '../../../db/index.ts';
import { runFolder } from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';
import { print, printable, printJson } from '../../print.ts';
import { RUN_HELP } from './open-run.ts';

export function upgradeCommand(): Command {
  return new Command('upgrade')
    .description('Brings the database of an older version of selfpaste to this one, after a backup beside it. `resume` does the same.')
    .argument('[run]', RUN_HELP)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { json }: { json: boolean }) => {
      const { path, database } = runFolder(findRun(run));
      const lock = acquireRunLock(path);
      try {
        openDatabase(database, { mode: 'upgrade' }).close();
      } finally {
        lock.release();
      }
      if (json) printJson({ database });
      else print(`${printable(database)} is of this version`);
    });
}
