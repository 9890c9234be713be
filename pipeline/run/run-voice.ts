import { errorFacts } from '../../core/index.ts';
import type { Emit, RunEvent } from '../progress.ts';
import { type Notifications, type NotificationTarget, notifying } from '../telling/notifications.ts';

/** Who hears of a run. */
export interface Listeners {
  /** Told everything, at once. */
  readonly emit: Emit;
  /** Told what ended, waits or pauses, each in its own time. */
  readonly notify: readonly NotificationTarget[];
}

/** Carries the events of a run, from its first moment, when it has neither log nor database yet, to its last, when it has none any more. */
export class RunVoice {
  readonly #plain: Emit;
  #sink: Emit;
  #hasFailed = false;

  constructor(plain: Emit) {
    this.#plain = plain;
    this.#sink = plain;
  }

  /** Whether it was told that the run failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** From now on events pass through these sinks on their way. */
  through(sinks: (plain: Emit) => Emit): void {
    this.#sink = sinks(this.#plain);
  }

  readonly emit = (event: RunEvent): void => {
    if (event.kind === 'run-failed') this.#hasFailed = true;
    this.#sink(event);
  };
}

/** Works with a voice: whatever the work fails with is told, and nobody is left untold at the end. */
export async function heard<Result>(
  folder: string,
  run: string,
  { emit, notify }: Listeners,
  work: (told: Notifications, voice: RunVoice) => Promise<Result>,
): Promise<Result> {
  const voice = new RunVoice(emit);
  const told = notifying(notify, { run, folder }, voice.emit);
  try {
    return await work(told, voice);
  } catch (error) {
    if (!voice.hasFailed) told.emit({ kind: 'run-failed', error: errorFacts(error) });
    throw error;
  } finally {
    await told.settled();
  }
}
