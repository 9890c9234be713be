import process from 'node:process';
import { Command } from 'commander';
import type { ResolvedConfig } from '../../config/index.ts';
import { ExitCode } from '../../core/index.ts';
import { openDatabase } from '../../db/index.ts';
import { measuredStatus, RunControl, type RunOptions, type RunOutcome, runFolder, startRun, type Until } from '../../pipeline/index.ts';
import { type NotificationOptions, notificationOptions, notificationTargets } from '../notification-options.ts';
import { type ConfigOptions, collect, parseUntil, readConfig } from '../options.ts';
import { print } from '../print.ts';
import { progressView } from '../progress-view.ts';
import { ShellJob } from '../shell-job.ts';
import { statusText } from '../status-text.ts';
import { showPlan } from './plan.ts';

interface RunCommandOptions extends ConfigOptions, NotificationOptions {
  readonly until: Until;
  readonly dryRun: boolean;
  readonly measure: boolean;
  readonly json: boolean;
}

export function runCommand(): Command {
  return notificationOptions(new Command('run'))
    .description('Launch a run: teacher, pseudo-labels, copy-paste student, evaluation, promotion, round by round.')
    .requiredOption('-c, --config <file>', 'configuration (YAML)')
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option('--until <where>', 'stop after round=N, or after stage=NAME of the round it is in', parseUntil, { kind: 'end' })
    .option('--dry-run', 'only say what the run would do (as `plan`)', false)
    .option('--no-measure', 'with --dry-run: without the short measurement of times and memory')
    .option('--json', 'events as NDJSON on stdout', false)
    .action(async (options: RunCommandOptions) => {
      const config = readConfig(options);
      if (options.dryRun) return showPlan(config, options.json, options.measure);
      await launch(config, options.until, options);
    });
}

/** How the program tells of a run. */
export interface Telling extends NotificationOptions {
  readonly json: boolean;
}

/** Runs with a progress view and sets the exit code. Also what `demo` does. */
export async function launch(config: ResolvedConfig, until: Until, telling: Telling): Promise<RunOutcome> {
  return conclude(config.runFolder, telling, (people) => startRun(config, { until, ...people }));
}

/** Who hears of a run and who may ask something of it. */
type People = Pick<RunOptions, 'emit' | 'notify' | 'control'>;

/** Drives a run to its end and says what came of it. */
export async function conclude(folder: string, telling: Telling, work: (people: People) => Promise<RunOutcome>): Promise<RunOutcome> {
  const view = progressView(telling.json);
  const control = new RunControl();
  const job = new ShellJob(control);
  try {
    const outcome = await work({ emit: job.watching(view.emit), notify: notificationTargets(telling), control });
    view.close();
    if (outcome.kind === 'interrupted') process.exitCode = ExitCode.interrupted;
    if (outcome.kind === 'finished' && !telling.json) print(summary(folder));
    return outcome;
  } finally {
    job.end();
    view.close();
  }
}

function summary(folder: string): string {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return `\n${statusText(measuredStatus(db))}\n\nbest model: ${runFolder(folder).best}\nlook further: selfpaste labels stats ${folder}`;
  } finally {
    db.close();
  }
}
