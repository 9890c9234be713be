import { Command } from 'commander';
import { SelfpasteError } from '../../core/index.ts';
import { livingOwner, resumeRun, type Until } from '../../pipeline/index.ts';
import { askRun, rememberedState } from '../ask-run.ts';
import { findRun } from '../find-run.ts';
import { type NotificationOptions, notificationOptions } from '../notification-options.ts';
import { collect, parseUntil } from '../options.ts';
import { print, printJson } from '../print.ts';
import { type SettingsOptions, settleSettings } from '../settings-change.ts';
import { conclude } from './run.ts';

interface ResumeCommandOptions extends NotificationOptions, SettingsOptions {
  readonly until: Until;
  readonly acceptDrift: boolean;
  readonly json: boolean;
}

export function resumeCommand(): Command {
  return notificationOptions(new Command('resume'))
    .description('Go on with an interrupted run where its last committed step left it.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('-c, --config <file>', 'go on under the settings of this file, after a report of what differs')
    .option('--set <key=value>', 'another value for a setting; may be given again', collect, [])
    .option(
      '--read-data',
      'read the data again, as their files are now, where pictures or labels were added or changed; needs --fork',
      false,
    )
    .option('--yes', 'take other settings without a question', false)
    .option('--fork <name>', 'go on in a new run beside this one, which shares what is still valid')
    .option('--until <where>', 'stop after round=N, or after stage=NAME of the round it is in', parseUntil, { kind: 'end' })
    .option('--accept-drift', 'go on with labels that drifted further than the brake allows (exit code 4)', false)
    .option('--json', 'events as NDJSON on stdout', false)
    .action(async (run: string | undefined, options: ResumeCommandOptions) => {
      const { until, acceptDrift } = options;
      const folder = await settleSettings(findRun(run), options);
      if (isHeld(folder)) return goOn(folder, options);
      await conclude(folder, options, (people) => resumeRun(folder, { until, acceptDrift, ...people }));
    });
}

/** Whether a process owns the run that does nothing at the moment but wait for a word or a deadline. */
function isHeld(folder: string): boolean {
  const value = livingOwner(folder) && rememberedState(folder)?.value;
  return value === 'paused' || value === 'waiting';
}

/** The process that holds the run goes on with it, in its own terminal and as it was told there. */
async function goOn(folder: string, options: ResumeCommandOptions): Promise<void> {
  const ownOptions = [
    ...(options.until.kind === 'end' ? [] : ['--until']),
    ...(options.acceptDrift ? ['--accept-drift'] : []),
    ...(options.onEvent.length > 0 ? ['--on-event'] : []),
    ...(options.webhook.length > 0 ? ['--webhook'] : []),
  ];
  if (ownOptions.length > 0) throw heldElsewhere(folder, ownOptions);
  const { pid, host } = (await askRun(folder, 'go-on')).owner;
  if (options.json) printJson({ folder, goesOnIn: { pid, host } });
  else print(`process ${pid} on ${host} goes on; look with \`selfpaste status --watch ${folder}\``);
}

function heldElsewhere(folder: string, options: readonly string[]): SelfpasteError {
  const { pid, host } = livingOwner(folder) ?? { pid: '?', host: '?' };
  return new SelfpasteError(
    'USAGE_RUN_HELD',
    `Expected no ${options.join(', ')} for a run that process ${pid} on ${host} holds: it goes on as it was started`,
    `leave ${options.length === 1 ? 'it' : 'them'} out, or stop that process with \`selfpaste stop ${folder}\` first`,
  );
}
