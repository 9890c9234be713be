import { Command, Option } from 'commander';
import { openDatabase, type QuarantinedFile } from '../../db/index.ts';
import { type RunReport, runFolder, runReport } from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { numberBetween } from '../options.ts';
import { print, printable, printJson, table } from '../print.ts';
import { ownerText } from '../state-text.ts';
import { statusText } from '../status-text.ts';
import { watchRun } from '../watching.ts';

interface StatusOptions {
  readonly quarantine: boolean;
  /** s; undefined for one look. */
  readonly watch?: number;
  readonly json: boolean;
}

export function statusCommand(): Command {
  const watch = new Option('--watch [seconds]', 'look again every so many seconds until the run ends, q or Ctrl-C')
    .preset('2')
    .argParser(numberBetween(0.1, 86_400));
  return new Command('status')
    .description('State, round, stage, progress and metrics of a run; also while it goes on.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--quarantine', 'list what was left out, and why', false)
    .addOption(watch)
    .option('--json', 'as JSON; with --watch one document a line', false)
    .action(async (run: string | undefined, { quarantine, watch: seconds, json }: StatusOptions) => {
      const folder = findRun(run);
      if (seconds !== undefined) return await watchRun(folder, 1000 * seconds, json);
      const left = quarantine ? quarantined(folder) : undefined;
      const report = runReport(folder);
      if (json) printJson({ ...report, quarantine: left });
      else print([reportText(report), ...(left ? ['', quarantineTable(left)] : [])].join('\n'));
    });
}

function reportText(report: RunReport): string {
  const owner = ownerText(report.owner);
  return [printable(report.folder), ...(owner === null ? [] : [owner]), statusText(report, report.state)].join('\n');
}

function quarantined(folder: string): readonly QuarantinedFile[] {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return db.quarantine.all();
  } finally {
    db.close();
  }
}

function quarantineTable(files: readonly QuarantinedFile[]): string {
  const rows = files.map(({ subset, fileName, reason, detail }) => [subset, fileName, reason, detail]);
  return table(['set', 'file', 'reason', 'detail'], rows);
}
