import { Command } from 'commander';
import { runFolder, upgradeRun } from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';
import { print, printable, printJson } from '../../print.ts';
import { RUN_HELP } from './open-run.ts';

export function upgradeCommand(): Command {
  return new Command('upgrade')
    .description('Brings the database of an older version of selfpaste to this one, after a backup beside it. `resume` does the same.')
    .argument('[run]', RUN_HELP)
    .option('--json', 'as JSON', false)
    .action(async (run: string | undefined, { json }: { json: boolean }) => {
      const { path, database } = runFolder(findRun(run));
      await upgradeRun(path);
      if (json) printJson({ database });
      else print(`${printable(database)} is of this version`);
    });
}
