import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { restoreDatabase } from '../../../db/index.ts';
import { runFolder } from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';
import { print, printable, printJson } from '../../print.ts';
import { RUN_HELP } from './open-run.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('Puts the newest whole copy (a backup or a snapshot) beside a damaged database in its place; the damaged file is kept.')
    .argument('[run]', RUN_HELP)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { json }: { json: boolean }) => {
      const { database } = runFolder(folderOf(run));
      const { from, damaged } = restoreDatabase(database);
      if (json) printJson({ database, from, damaged });
      else
        print(`${printable(database)} is now ${printable(from)}${damaged === null ? '' : `\nthe damaged file is ${printable(damaged)}`}`);
    });
}

/** A folder that is named is taken, also where its database is gone. */
const folderOf = (run: string | undefined): string => (run !== undefined && existsSync(run) ? resolve(run) : findRun(run));
