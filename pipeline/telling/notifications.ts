import type { Notices } from '../../db/index.ts';
import type { Emit, RunEvent } from '../progress.ts';
import { type Notice, type NoticeSubject, noticeOf } from './notice.ts';
import { type NotificationTarget, Receiver, type ReceiverPatience } from './receiver.ts';
import { NOWHERE, placeOf } from './told-event.ts';

export type { NotificationTarget } from './receiver.ts';

/** A sink that tells others what they want to know, and hands every event on. */
export interface Notifications {
  readonly emit: Emit;
  /** Hands an event on that is no news to those who do not watch. */
  readonly passOn: Emit;
  /** Remembers whom an event is to be told, as far as there is a memory; in the transaction that makes the event true. */
  owe(event: RunEvent): void;
  /**
   * Works with a memory that outlives this process, and waits until everybody was told. What earlier processes owe the same targets is told
   * first; what happened more than a day ago, or was tried in three of them, is given up.
   */
  remembering<Result>(notices: Notices, work: () => Promise<Result>): Promise<Result>;
  /** When everybody was told; after 15 s at most, when what is not delivered by then is left to the next process. */
  settled(): Promise<void>;
}

export interface NotificationPatience extends ReceiverPatience {
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
  const receivers = targets.map((target) => new Receiver(target, patience, warn));
  return new Notifier(receivers, subject, emit, patience.settleMs);
}

class Notifier implements Notifications {
  readonly #receivers: readonly Receiver[];
  readonly #subject: NoticeSubject;
  readonly #sink: Emit;
  readonly #settleMs: number;
  /** Of an event that is remembered and then told, both times the same one. */
  readonly #known = new WeakMap<RunEvent, Notice | null>();
  #place = NOWHERE;

  constructor(receivers: readonly Receiver[], subject: NoticeSubject, sink: Emit, settleMs: number) {
    this.#receivers = receivers;
    this.#subject = subject;
    this.#sink = sink;
    this.#settleMs = settleMs;
  }

  readonly emit: Emit = (event) => {
    const notice = this.#noticeOf(event);
    // Remembered on its way, and only then told: what is told is crossed out.
    this.#sink(event);
    if (notice !== null) for (const receiver of this.#receivers) receiver.tell(notice);
  };

  readonly passOn: Emit = (event) => {
    this.#known.set(event, null);
    this.#sink(event);
  };

  owe(event: RunEvent): void {
    const notice = this.#noticeOf(event);
    if (notice !== null) for (const receiver of this.#receivers) receiver.owe(notice);
  }

  async remembering<Result>(notices: Notices, work: () => Promise<Result>): Promise<Result> {
    for (const receiver of this.#receivers) receiver.remember(notices);
    try {
      return await work();
    } finally {
      await this.settled();
      for (const receiver of this.#receivers) receiver.forget();
    }
  }

  async settled(): Promise<void> {
    const late = setTimeout(() => {
      for (const receiver of this.#receivers) receiver.abort();
    }, this.#settleMs);
    await Promise.all(this.#receivers.map((receiver) => receiver.settled()));
    clearTimeout(late);
  }

  #noticeOf(event: RunEvent): Notice | null {
    const known = this.#known.get(event);
    if (known !== undefined) return known;
    this.#place = placeOf(event, this.#place);
    const notice = noticeOf(event, this.#subject, this.#place, Date.now());
    this.#known.set(event, notice);
    return notice;
  }
}
