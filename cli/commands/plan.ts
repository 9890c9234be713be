import process from 'node:process';
import { Command } from 'commander';
import type { ResolvedConfig } from '../../config/index.ts';
import { ExitCode } from '../../core/index.ts';
import { planRun } from '../../pipeline/index.ts';
import { type ConfigOptions, collect, readConfig } from '../options.ts';
import { planText } from '../plan-text.ts';
import { print, printJson } from '../print.ts';

interface PlanCommandOptions extends ConfigOptions {
  readonly json: boolean;
  readonly measure: boolean;
}

export function planCommand(): Command {
  return new Command('plan')
    .description('Say what a run will do and how long it takes, and check its data, model and settings, without starting it.')
    .requiredOption('-c, --config <file>', 'configuration (YAML)')
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option('--no-measure', 'do not let model and trainer work for some seconds: no estimate of time and memory')
    .option('--json', 'as JSON', false)
    .action((options: PlanCommandOptions) => showPlan(readConfig(options), options.json, options.measure));
}

/** Prints the plan of a run. Also what `run --dry-run` does. Throws as {@link planRun} does. */
export async function showPlan(config: ResolvedConfig, json: boolean, measure = true): Promise<void> {
  const plan = await planRun(config, { measure, stop: abortedBySignal() });
  if (json) printJson(plan);
  else print(planText(plan));
}

/** The first signal ends the measuring, which cleans up behind itself; the second ends the process at once. */
function abortedBySignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return controller.signal;
}
