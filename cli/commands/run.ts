import process from 'node:process';
import { Command } from 'commander';
import type { ResolvedConfig } from '../../config/index.ts';
import { ExitCode } from '../../core/index.ts';
import { openDatabase, runStatus } from '../../db/index.ts';
import { type RunOutcome, runFolder, startRun, type Until } from '../../pipeline/index.ts';
import { stopOnSignal } from '../interrupt.ts';
import { type ConfigOptions, collect, parseUntil, readConfig } from '../options.ts';
import { print } from '../print.ts';
import { progressView } from '../progress-view.ts';
import { statusText } from '../status-text.ts';
import { showPlan } from './plan.ts';

interface RunCommandOptions extends ConfigOptions {
  readonly until: Until;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function runCommand(): Command {
  return new Command('run')
    .description('Launch a run: teacher, pseudo-labels, copy-paste student, evaluation, promotion, round by round.')
    .requiredOption('-c, --config <file>', 'configuration (YAML)')
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option('--until <where>', 'stop after round=N, or after stage=NAME of the round it is in', parseUntil, { kind: 'end' })
    .option('--dry-run', 'only say what the run would do (as `plan`)', false)
    .option('--json', 'events as NDJSON on stdout', false)
    .action(async (options: RunCommandOptions) => {
      const config = readConfig(options);
      if (options.dryRun) return showPlan(config, options.json);
      await launch(config, options.until, options.json);
    });
}

/** Runs with a progress view and sets the exit code. Also what `demo` does. */
export async function launch(config: ResolvedConfig, until: Until, json: boolean): Promise<RunOutcome> {
  return conclude(config.runFolder, json, (emit, stop) => startRun(config, { until, emit, stop }));
}

type Work = (emit: ReturnType<typeof progressView>['emit'], stop: AbortSignal) => Promise<RunOutcome>;

/** Drives a run to its end and says what came of it. */
export async function conclude(folder: string, json: boolean, work: Work): Promise<RunOutcome> {
  const view = progressView(json);
  try {
    const outcome = await work(view.emit, stopOnSignal());
    view.close();
    if (outcome.kind === 'interrupted') process.exitCode = ExitCode.interrupted;
    if (outcome.kind === 'finished' && !json) print(summary(folder));
    return outcome;
  } finally {
    view.close();
  }
}

function summary(folder: string): string {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return `\n${statusText(runStatus(db))}\n\nbest model: ${runFolder(folder).best}\nlook further: selfpaste labels stats ${folder}`;
  } finally {
    db.close();
  }
}
