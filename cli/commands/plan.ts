import { Command } from 'commander';
import type { ResolvedConfig } from '../../config/index.ts';
import { planRun, type RunPlan } from '../../pipeline/index.ts';
import { type ConfigOptions, collect, readConfig } from '../options.ts';
import { bytes, print, printable, printJson } from '../print.ts';

export function planCommand(): Command {
  return new Command('plan')
    .description('Say what a run will do, and check its data, model and settings, without starting it.')
    .requiredOption('-c, --config <file>', 'configuration (YAML)')
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option('--json', 'as JSON', false)
    .action((options: ConfigOptions & { json: boolean }) => showPlan(readConfig(options), options.json));
}

export async function showPlan(config: ResolvedConfig, json: boolean): Promise<void> {
  const plan = await planRun(config);
  if (json) printJson(plan);
  else print(planText(plan));
}

function planText({ folder, images, donors, categories, leftOut, warnings, rounds, student, backend, disk }: RunPlan): string {
  const left = Object.entries(leftOut).map(([reason, count]) => `${count} ${reason}`);
  return [
    `run folder   ${folder}`,
    `data         ${images.labeled} labeled pictures (${donors} objects, ${categories} categories), ${images.validation} validation, ${images.unlabeled} unlabeled`,
    ...(left.length > 0 ? [`left out     ${left.join(', ')}`] : []),
    `student      ${(student.parameters / 1e6).toFixed(2)} M parameters; ${student.why}`,
    `backend      ${backend.version}, ${backend.threads} thread(s): ${backend.why}`,
    `disk         about ${bytes(disk.neededBytes)} needed, ${bytes(disk.freeBytes)} free`,
    ...rounds.map(({ round, stages }) => `round ${round}      ${stages.join(' > ')}`),
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
  ].join('\n');
}
