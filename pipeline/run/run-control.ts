/** What people ask of a run while it goes on. */
export type RunRequest = 'pause' | 'stop' | 'go-on';

/** @param who a signal, or who asked from where; told to people */
type Listener = (request: RunRequest, who: string) => void;

/**
 * Carries what is asked of a run to its machine and to the stage at work. Signals, the terminal, other processes and the web server ask;
 * none of them knows how a run halts.
 */
export class RunControl {
  #leg = new AbortController();
  #stopped = false;
  #who = '';
  #listener: Listener = () => {};

  /** Aborted when the stage at work shall stop at its next safe point. A run that goes on after a pause has another one. */
  get halting(): AbortSignal {
    return this.#leg.signal;
  }

  /** Whether a pause was asked for that nothing has ended yet. */
  get isPaused(): boolean {
    return this.#leg.signal.aborted && !this.#stopped;
  }

  /** Who asked last. */
  get who(): string {
    return this.#who;
  }

  /** Nothing takes back a stop: a terminal that closes tells its processes to go on as well, for those that it had suspended. */
  ask(request: RunRequest, who: string): void {
    if (this.#stopped && request !== 'stop') return;
    this.#who = who;
    if (request === 'stop') this.#stopped = true;
    // The stage at work listens to the leg in which it began: one that nobody asked to halt goes on.
    if (request === 'go-on' && this.isPaused) this.#leg = new AbortController();
    // The machine knows what was asked before the stage ends of it.
    this.#listener(request, who);
    if (request !== 'go-on') this.#leg.abort();
  }

  /** One listens: the machine's driver. What was asked before is told at once. */
  listen(listener: Listener): void {
    this.#listener = listener;
    if (this.#leg.signal.aborted) listener(this.#stopped ? 'stop' : 'pause', this.#who);
  }
}
