import { statSync } from 'node:fs';
import { Command } from 'commander';
import { snapshotDatabase } from '../../../db/index.ts';
import { bytes, print, printJson } from '../../print.ts';
import { RUN_HELP, withRun } from './open-run.ts';

export function snapshotCommand(): Command {
  return new Command('snapshot')
    .description('One self-contained copy of the database, also while the run goes on.')
    .argument('[run]', RUN_HELP)
    .requiredOption('--out <file>', 'file to write; it must not exist')
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { out, json }: { out: string; json: boolean }) =>
      withRun(run, 'read', async (db) => {
        await snapshotDatabase(db, out);
        const facts = { out, bytes: statSync(out).size };
        if (json) printJson(facts);
        else print(`${out}: the whole database of ${db.path}, ${bytes(facts.bytes)}`);
      }),
    );
}
