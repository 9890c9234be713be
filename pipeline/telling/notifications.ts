import type { Emit, RunEvent } from '../progress.ts';
import { runCommand } from './command-delivery.ts';
import { type Deliver, DeliveryQueue } from './delivery.ts';
import { type Notice, type NoticeSubject, noticeOf } from './notice.ts';
import { NOWHERE, placeOf } from './told-event.ts';
import { postNotice, type WebhookPatience } from './webhook-delivery.ts';

/** Who is told: a command that the shell runs, or a web address that notices are posted to. */
export type NotificationTarget = { readonly kind: 'command'; readonly command: string } | { readonly kind: 'webhook'; readonly url: URL };

/** A sink that tells others what they want to know, and hands every event on. */
export interface Notifications {
  readonly emit: Emit;
  /** When everybody was told; after 15 s at most, when what is not delivered by then is given up. */
  settled(): Promise<void>;
}

export interface NotificationPatience extends WebhookPatience {
  readonly commandTimeoutMs: number;
  readonly settleMs: number;
}

const PATIENCE: NotificationPatience = {
  commandTimeoutMs: 30_000,
  requestTimeoutMs: 10_000,
  retryWaitsMs: [1000, 5000, 25_000],
  settleMs: 15_000,
};

/**
 * Tells targets that a round or a run ended, waits, or was paused, each in its own time: the run never waits for them.
 * What cannot be delivered is a note among the events, not a failure of the run.
 */
export function notifying(
  targets: readonly NotificationTarget[],
  subject: NoticeSubject,
  emit: Emit,
  patience: NotificationPatience = PATIENCE,
): Notifications {
  const warn = (text: string) => emit({ kind: 'note', round: null, level: 'warn', text });
  const queues = targets.map((target) => {
    const name = targetName(target);
    return new DeliveryQueue<Notice>(delivery(target, patience), {
      failed: ({ event }, { message }) => warn(`${name} was not told of ${event}: ${message}`),
      dropped: ({ event }) => warn(`${name} was not told of ${event}: too much else waits for it, or the run ended`),
    });
  });
  let place = NOWHERE;
  const tell = (event: RunEvent): void => {
    place = placeOf(event, place);
    const notice = noticeOf(event, subject, place, Date.now());
    if (notice !== null) for (const queue of queues) queue.add(notice);
    emit(event);
  };
  return { emit: tell, settled: () => settledWithin(queues, patience.settleMs) };
}

function delivery(target: NotificationTarget, patience: NotificationPatience): Deliver<Notice> {
  if (target.kind === 'webhook') return (notice, end) => postNotice(target.url, notice, patience, end);
  return (notice, end) => runCommand(target.command, notice, patience.commandTimeoutMs, end);
}

/** For people. The path of a web address may be a secret, and so may what a command is given, before or after its name. */
function targetName(target: NotificationTarget): string {
  if (target.kind === 'webhook') return `the webhook at ${target.url.host}`;
  return `the command ${/^\s*([^\s=]+)(?:\s|$)/.exec(target.command)?.[1] ?? 'of --on-event'}`;
}

async function settledWithin(queues: readonly DeliveryQueue<Notice>[], mostMs: number): Promise<void> {
  const late = setTimeout(() => {
    for (const queue of queues) queue.abort();
  }, mostMs);
  await Promise.all(queues.map((queue) => queue.settled()));
  clearTimeout(late);
}
