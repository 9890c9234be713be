import { Command, Option } from 'commander';
import { openDatabase, type QuarantinedFile } from '../../db/index.ts';
import { type RunReport, runFolder, runReport } from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { numberBetween } from '../options.ts';
import { print, printable, printJson, table } from '../print.ts';
import { ownerText } from '../state-text.ts';
import { classesText, statusText } from '../status-text.ts';
import { watchRun } from '../watching.ts';

interface StatusOptions {
  readonly quarantine: boolean;
  readonly classes: boolean;
  /** s; undefined for one look. */
  readonly watch?: number;
  readonly json: boolean;
}

export function statusCommand(): Command {
  const watch = new Option('--watch [seconds]', 'look again every so many seconds until the run ends, q or Ctrl-C')
    .preset('2')
    .argParser(numberBetween(0.1, 86_400));
  const classes = 'also AP by class, of the last round whose student was measured; JSON always has it';
  return new Command('status')
    .description('State, round, stage, progress and metrics of a run; also while it goes on.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .addOption(new Option('--quarantine', 'list what was left out, and why').default(false).conflicts('watch'))
    .addOption(new Option('--classes', classes).default(false).conflicts('watch'))
    .addOption(watch)
    .option('--json', 'as JSON; with --watch one document a line', false)
    .action(async (run: string | undefined, { quarantine, classes, watch: seconds, json }: StatusOptions) => {
      const folder = findRun(run);
      if (seconds !== undefined) return await watchRun(folder, 1000 * seconds, json);
      const left = quarantine ? quarantined(folder) : undefined;
      const report = runReport(folder);
      if (json) return printJson({ ...report, quarantine: left });
      const parts = [reportText(report), classes ? classesText(report.classes) : null, left ? quarantineTable(left) : null];
      print(parts.filter((part) => part !== null).join('\n\n'));
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
