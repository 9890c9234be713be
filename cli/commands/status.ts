import { Command } from 'commander';
import { openDatabase, type RoundStatus, readRunOwner, runStatus } from '../../db/index.ts';
import { measuredIn, runFolder } from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { print, printJson, table } from '../print.ts';
import { statusText } from '../status-text.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('State, round, stage, progress and metrics of a run; also while it goes on.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--quarantine', 'list what was left out, and why', false)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { quarantine, json }: { quarantine: boolean; json: boolean }) => {
      const folder = findRun(run);
      const db = openDatabase(runFolder(folder).database, { mode: 'read' });
      try {
        const status = runStatus(db);
        const left = quarantine ? db.quarantine.all() : undefined;
        const rounds = status.rounds.map(withMeasuredAlone);
        if (json) return printJson({ folder, owner: readRunOwner(folder) ?? null, ...status, rounds, quarantine: left });
        print(`${folder}\n${statusText(status)}`);
        if (left)
          print(
            `\n${table(
              ['set', 'file', 'reason', 'detail'],
              left.map(({ subset, fileName, reason, detail }) => [subset, fileName, reason, detail]),
            )}`,
          );
      } finally {
        db.close();
      }
    });
}

/** A round whose validations hold no numbers of the training at their steps. */
function withMeasuredAlone({ validations, ...round }: RoundStatus): RoundStatus {
  return { ...round, validations: validations.map(({ step, metrics }) => ({ step, metrics: measuredIn(metrics) })) };
}
