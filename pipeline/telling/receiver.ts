import { createHash } from 'node:crypto';
import type { Notices } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { runCommand } from './command-delivery.ts';
import { DeliveryQueue } from './delivery.ts';
import type { Notice } from './notice.ts';
import type { NoticeMemory } from './notice-memory.ts';
import { postNotice, type WebhookPatience } from './webhook-delivery.ts';

/** Who is told: a command that the shell runs, or a web address that notices are posted to. */
export type NotificationTarget = { readonly kind: 'command'; readonly command: string } | { readonly kind: 'webhook'; readonly url: URL };

export interface ReceiverPatience extends WebhookPatience {
  readonly commandTimeoutMs: number;
}

/** What happened so long ago is no news any more. */
const NEWS_MS = 86_400_000;
/** So many processes try to tell it, each with its patience. */
const MOST_TRIES = 3;

/**
 * One that is told, in order and in its own time. The run's database holds what this one is owed, until it was told: what a process did not
 * come to tell is left to the next one.
 */
export class Receiver {
  /** For people. */
  readonly name: string;
  readonly #target: NotificationTarget;
  readonly #patience: ReceiverPatience;
  readonly #key: string;
  readonly #queue: DeliveryQueue<Notice>;
  #memory: NoticeMemory | null = null;

  constructor(target: NotificationTarget, patience: ReceiverPatience, warn: (text: string) => void) {
    this.#target = target;
    this.#patience = patience;
    this.#key = keyOf(target);
    const name = targetName(target);
    this.name = name;
    this.#queue = new DeliveryQueue<Notice>((notice, end) => this.#deliver(notice, end), {
      failed: ({ event }, { message }) => warn(`${name} was not told of ${event}: ${message}`),
      dropped: ({ event }) => warn(`${name} was not told of ${event}: too much else waits for it, or the run ended`),
    });
  }

  /** Tells first what it is owed from before. */
  remember(notices: Notices): void {
    this.#memory = (use) => use(notices);
    const limits = { sinceMs: Date.now() - NEWS_MS, tries: MOST_TRIES };
    this.#note((all) => all.giveUp(limits));
    for (const { notice } of notices.owedTo(this.#key, limits)) this.#queue.add(notice as Notice);
  }

  /** The run is about to be let go of: its memory is reached another way. */
  reachBy(memory: NoticeMemory): void {
    this.#memory = memory;
  }

  /** In the transaction that makes the notice true. */
  owe(notice: Notice): void {
    this.#memory?.((notices) => notices.owe(this.#key, { id: notice.id, atMs: Date.parse(notice.at), notice }));
  }

  tell(notice: Notice): void {
    this.#queue.add(notice);
  }

  settled(): Promise<void> {
    return this.#queue.settled();
  }

  abort(): void {
    this.#queue.abort();
  }

  async #deliver(notice: Notice, end: AbortSignal): Promise<void> {
    this.#note((notices) => notices.tried(this.#key, notice.id));
    commitPoint('notice-tried');
    await this.#handOver(notice, end);
    this.#note((notices) => notices.settle(this.#key, notice.id));
    commitPoint('notice-settled');
  }

  /** As far as it can be written: what is not crossed out is told again. */
  #note(write: (notices: Notices) => void): void {
    try {
      this.#memory?.(write);
    } catch {
      // A full disk, say: the run hears of it by what it writes itself.
    }
  }

  #handOver(notice: Notice, end: AbortSignal): Promise<void> {
    const [target, patience] = [this.#target, this.#patience];
    if (target.kind === 'webhook') return postNotice(target.url, notice, patience, end);
    return runCommand(target.command, notice, patience.commandTimeoutMs, end);
  }
}

/** By which a later process knows the same receiver, without what may be a secret: long enough for the few of a run, too short to try secrets on. */
export function keyOf(target: NotificationTarget): string {
  const what = target.kind === 'webhook' ? target.url.href : target.command;
  return `${target.kind} ${createHash('sha256').update(what).digest('hex').slice(0, 8)}`;
}

/** For people. The path of a web address may be a secret, and so may what a command is given, before or after its name. */
function targetName(target: NotificationTarget): string {
  if (target.kind === 'webhook') return `the webhook at ${target.url.host}`;
  return `the command ${/^\s*([^\s=]+)(?:\s|$)/.exec(target.command)?.[1] ?? 'of --on-event'}`;
}
