import type { Notices } from '../../db/index.ts';
import type { Emit, RunEvent } from '../progress.ts';
import { duration } from './duration.ts';
import { type Notice, type NoticeSubject, noticeOf } from './notice.ts';
import type { NoticeMemory } from './notice-memory.ts';
import { keyOf, type NotificationTarget, Receiver, type ReceiverPatience } from './receiver.ts';
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
   * Works with a memory that outlives this process. What earlier processes owe the same targets is told first; what happened more than a
   * day ago, or was tried in three of them, is given up.
   * @param afterwards reaches that memory when the work is done, and the run may be another process's
   */
  remembering<Result>(notices: Notices, afterwards: NoticeMemory, work: () => Promise<Result>): Promise<Result>;
  /**
   * When everybody was told; after 15 s at most, when what is not delivered by then is left to the next process. Nobody should own the run
   * for that long. A wait that people may notice is said.
   */
  settled(): Promise<void>;
}

export interface NotificationPatience extends ReceiverPatience {
  readonly settleMs: number;
  /** Of {@link settleMs}, the time in which nothing is said. */
  readonly quietMs: number;
}

const PATIENCE: NotificationPatience = {
  commandTimeoutMs: 30_000,
  requestTimeoutMs: 10_000,
  retryWaitsMs: [1000, 5000, 25_000],
  settleMs: 15_000,
  quietMs: 1000,
};

/**
 * Tells targets that a round or a run ended, waits, or was paused, each in its own time: the run never waits for them.
 * What cannot be delivered is a note among the events, not a failure of the run. A target that is named twice is told once.
 */
export function notifying(
  targets: readonly NotificationTarget[],
  subject: NoticeSubject,
  emit: Emit,
  patience: NotificationPatience = PATIENCE,
): Notifications {
  const say = (level: 'info' | 'warn', text: string) => {
    try {
      emit({ kind: 'note', round: null, level, text });
    } catch {
      // What keeps it from being written, as another owner of the run, the run meets at its own next write.
    }
  };
  const named = new Map(targets.map((target) => [keyOf(target), target]));
  const receivers = Array.from(named.values(), (target) => new Receiver(target, patience, (text) => say('warn', text)));
  return new Notifier(receivers, subject, emit, { ...patience, say: (text) => say('info', text) });
}

/** How long the end waits, and who hears that it does. */
interface Settling extends Pick<NotificationPatience, 'settleMs' | 'quietMs'> {
  readonly say: (text: string) => void;
}

class Notifier implements Notifications {
  readonly #receivers: readonly Receiver[];
  readonly #subject: NoticeSubject;
  readonly #sink: Emit;
  readonly #settling: Settling;
  /** Of an event that is remembered and then told, both times the same one. */
  readonly #known = new WeakMap<RunEvent, Notice | null>();
  #place = NOWHERE;

  constructor(receivers: readonly Receiver[], subject: NoticeSubject, sink: Emit, settling: Settling) {
    this.#receivers = receivers;
    this.#subject = subject;
    this.#sink = sink;
    this.#settling = settling;
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

  async remembering<Result>(notices: Notices, afterwards: NoticeMemory, work: () => Promise<Result>): Promise<Result> {
    for (const receiver of this.#receivers) receiver.remember(notices);
    try {
      return await work();
    } finally {
      for (const receiver of this.#receivers) receiver.reachBy(afterwards);
    }
  }

  async settled(): Promise<void> {
    const { settleMs, quietMs, say } = this.#settling;
    const untold = new Set(this.#receivers);
    const noticed = setTimeout(() => say(waitingText(untold, settleMs - quietMs)), quietMs);
    const late = setTimeout(() => {
      for (const receiver of untold) receiver.abort();
    }, settleMs);
    await Promise.all(this.#receivers.map((receiver) => receiver.settled().then(() => untold.delete(receiver))));
    for (const timer of [noticed, late]) clearTimeout(timer);
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

const waitingText = (receivers: Iterable<Receiver>, leftMs: number): string =>
  `still telling ${Array.from(receivers, ({ name }) => name).join(' and ')}, for ${duration(leftMs)} at most; the run is free meanwhile`;
