import { basename } from 'node:path';
import type { Command } from 'commander';
import { type Emit, type Notifications, notifying, webhookUrl } from '../pipeline/index.ts';
import { collect } from './options.ts';

/** Who is told what becomes of a run; see {@link notificationOptions}. */
export interface NotificationOptions {
  readonly onEvent: readonly string[];
  readonly webhook: readonly URL[];
}

/** Adds `--on-event` and `--webhook`. Their values are {@link NotificationOptions}; a bad address throws USAGE_BAD_WEBHOOK. */
export function notificationOptions(command: Command): Command {
  return command
    .option(
      '--on-event <command>',
      'run this when a round or the run ends, waits or is paused: JSON on stdin, SELFPASTE_EVENT, _RUN, _ROUND, _STAGE; may be given again',
      collect,
      [],
    )
    .option(
      '--webhook <url>',
      'post the same JSON there; may be given again',
      (text: string, before: readonly URL[]): readonly URL[] => [...before, webhookUrl(text)],
      [],
    );
}

/** Tells who the options name of the run in a folder. Events go to `emit` as before; `settled()` belongs before the program ends. */
export function notifications({ onEvent, webhook }: NotificationOptions, folder: string, emit: Emit): Notifications {
  const commands = onEvent.map((command) => ({ kind: 'command', command }) as const);
  const webhooks = webhook.map((url) => ({ kind: 'webhook', url }) as const);
  return notifying([...commands, ...webhooks], { run: basename(folder), folder }, emit);
}
