import type { Command } from 'commander';
import { type NotificationTarget, webhookUrl } from '../pipeline/index.ts';
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
      'run this when a round or the run ends, waits or is paused: JSON on stdin, SELFPASTE_EVENT, _RUN, _ROUND, _STAGE, _ID; may be given again',
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

/** Who the options name. */
export function notificationTargets({ onEvent, webhook }: NotificationOptions): readonly NotificationTarget[] {
  const commands = onEvent.map((command) => ({ kind: 'command', command }) as const);
  return [...commands, ...webhook.map((url) => ({ kind: 'webhook', url }) as const)];
}
