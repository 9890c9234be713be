import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Decision, DecisionAnswer, UndoAnswer } from '../../contract/verdicts.ts';
import { type Said, SaidLabels } from './said-labels.ts';

/** Who decides, and why, as the server takes it: without a name the user of its machine is meant. */
export interface Signature {
  readonly who: string | null;
  readonly why: string;
}

/** What a person decided here, and what became of it. */
export interface Entry {
  readonly key: string;
  readonly decision: Decision;
  readonly by: Signature;
  readonly state: ReadonlySignal<EntryState>;
}

export type EntryState =
  | { readonly is: 'waiting' | 'sent' | 'undone' }
  /** `write` is its number among the {@link DecisionQueue.writes}. */
  | { readonly is: 'written'; readonly answer: DecisionAnswer; readonly write: number }
  | { readonly is: 'refused'; readonly error: Error };

/** The way to the server. */
export interface DecisionPost {
  decide(entry: Entry): Promise<DecisionAnswer>;
  undo(action: number, key: string): Promise<UndoAnswer>;
  /** Whether the same may be answered later: the server is away, or its database is busy. */
  mayPass(error: Error): boolean;
  /** Whether an action could not be taken back because somebody has done so already. */
  isTakenBack(error: Error): boolean;
  pause(ms: number): Promise<void>;
}

/** What the person has to know. */
export type Told =
  | { readonly is: 'decided' | 'undone'; readonly entry: Entry }
  | { readonly is: 'refused'; readonly entry: Entry; readonly error: Error; readonly of: Task['does'] };

interface Task {
  readonly does: 'decide' | 'undo';
  readonly entry: OwnEntry;
  readonly key: string;
}

/** Something that the server wrote; without an entry it took back what was decided elsewhere. */
export type Write = { readonly does: 'decide'; readonly entry: Entry } | { readonly does: 'undo'; readonly entry: Entry | null };

interface OwnEntry extends Entry {
  readonly state: Signal<EntryState>;
}

/** Between tries, the last one again and again. */
const WAITS_MS = [250, 1000, 2000, 5000] as const;

/**
 * Decisions on their way to the server, in the order in which they were made, one at a time. What a person sees does not wait for it:
 * {@link said} has a decision at once, and no longer where the server refuses it, which is told.
 */
export class DecisionQueue {
  readonly #post: DecisionPost;
  readonly #newKey: () => string;
  readonly #tasks: Task[] = [];
  readonly #standing: OwnEntry[] = [];
  readonly #said = new SaidLabels();
  readonly #pending = signal(0);
  readonly #away = signal<Error | null>(null);
  readonly #told = signal<Told | null>(null);
  readonly #writes = signal(0);
  #lastWrite: Write | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(post: DecisionPost, newKey: () => string) {
    this.#post = post;
    this.#newKey = newKey;
  }

  /** Tasks that the server has not answered. */
  get pending(): ReadonlySignal<number> {
    return this.#pending;
  }

  /** Why the server does not answer, while it does not. */
  get away(): ReadonlySignal<Error | null> {
    return this.#away;
  }

  get told(): ReadonlySignal<Told | null> {
    return this.#told;
  }

  /** Rises with every answer that wrote something: what was asked of the database before may be another now. */
  get writes(): ReadonlySignal<number> {
    return this.#writes;
  }

  /** The last of the {@link writes}; null before the first. */
  get lastWrite(): Write | null {
    return this.#lastWrite;
  }

  /** Settles once all that was asked is answered. */
  get settled(): Promise<void> {
    return this.#running;
  }

  /**
   * What was decided here about a label and stands; undefined where nothing was, or all of it was taken back.
   * @param known what was written, as a number of {@link writes}, when the server said what is known of the label: what it has said then
   * is not said again
   */
  said(name: string, known = 0): Said | undefined {
    return this.#said.of(name, known);
  }

  /** The decision that {@link said} is of; undefined where none was made here, or it was taken back. */
  entryOn(name: string): Entry | undefined {
    return this.#said.entryOn(name);
  }

  decide(decision: Decision, by: Signature): Entry {
    const entry: OwnEntry = { key: this.#newKey(), decision, by, state: signal<EntryState>({ is: 'waiting' }) };
    this.#standing.push(entry);
    this.#said.add(entry);
    this.#told.value = { is: 'decided', entry };
    this.#add({ does: 'decide', entry, key: entry.key });
    return entry;
  }

  /** Takes back the last decision that was made here and stands. @returns it; undefined where there is none */
  undoLast(): Entry | undefined {
    const entry = this.#standing.at(-1);
    if (entry !== undefined) this.undo(entry);
    return entry;
  }

  /** Takes back a decision that was made here. What was not sent yet is never sent. */
  undo(entry: Entry): void {
    const own = this.#standing.find((one) => one === entry);
    if (own === undefined) return;
    this.#standing.splice(this.#standing.indexOf(own), 1);
    this.#said.remove(own);
    this.#told.value = { is: 'undone', entry };
    if (own.state.value.is === 'waiting') this.#drop(own);
    else this.#add({ does: 'undo', entry: own, key: this.#newKey() });
  }

  /**
   * Takes back an action of anybody, once all that was decided here is answered. Of one that was made here nothing is {@link said} any
   * more. Throws what the server refuses, and then nothing changed here, but where somebody else has taken it back.
   */
  async takeBack(action: number): Promise<void> {
    await this.settled;
    try {
      await this.#post.undo(action, this.#newKey());
    } catch (error) {
      if (this.#post.isTakenBack(error as Error)) this.#end(action);
      throw error;
    }
    this.#end(action);
  }

  #end(action: number): void {
    const own = this.#standing.find(({ state: { value } }) => value.is === 'written' && value.answer.action === action);
    if (own !== undefined) {
      this.#standing.splice(this.#standing.indexOf(own), 1);
      this.#said.remove(own);
      own.state.value = { is: 'undone' };
    }
    this.#wrote({ does: 'undo', entry: own ?? null });
  }

  #drop(entry: OwnEntry): void {
    this.#tasks.splice(
      this.#tasks.findIndex((task) => task.entry === entry),
      1,
    );
    entry.state.value = { is: 'undone' };
    this.#pending.value--;
  }

  #add(task: Task): void {
    this.#tasks.push(task);
    if (++this.#pending.value === 1) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    // What is decided within the same key press may still be taken back unsent; and the page paints first.
    await Promise.resolve();
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      await this.#settle(task);
      this.#pending.value--;
    }
  }

  async #settle({ does, entry, key }: Task): Promise<void> {
    try {
      if (does === 'decide') await this.#decide(entry);
      else await this.#undo(entry, key);
    } catch (error) {
      if (does === 'decide') this.#refuse(entry, error as Error);
      else this.#standAgain(entry);
      this.#told.value = { is: 'refused', entry, error: error as Error, of: does };
    }
  }

  async #decide(entry: OwnEntry): Promise<void> {
    entry.state.value = { is: 'sent' };
    const answer = await this.#untilAnswered(() => this.#post.decide(entry));
    const hasWritten = answer.action !== null;
    entry.state.value = { is: 'written', answer, write: this.#writes.peek() + Number(hasWritten) };
    if (hasWritten) this.#wrote({ does: 'decide', entry });
  }

  /** A decision that was refused, or found no label, has nothing to be taken back. */
  async #undo(entry: OwnEntry, key: string): Promise<void> {
    const state = entry.state.value;
    if (state.is !== 'written') return;
    const { action } = state.answer;
    if (action !== null) {
      await this.#untilAnswered(() => this.#takenBack(action, key));
      this.#wrote({ does: 'undo', entry });
    }
    entry.state.value = { is: 'undone' };
  }

  /** What somebody else has taken back, or this page by a request whose answer was lost, is as it was to be. */
  async #takenBack(action: number, key: string): Promise<void> {
    try {
      await this.#post.undo(action, key);
    } catch (error) {
      if (!this.#post.isTakenBack(error as Error)) throw error;
    }
  }

  #wrote(write: Write): void {
    this.#lastWrite = write;
    this.#writes.value++;
  }

  async #untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt++)
      try {
        const answer = await ask();
        this.#away.value = null;
        return answer;
      } catch (error) {
        if (!this.#post.mayPass(error as Error)) {
          this.#away.value = null;
          throw error;
        }
        this.#away.value = error as Error;
        await this.#post.pause(WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 0);
      }
  }

  #refuse(entry: OwnEntry, error: Error): void {
    entry.state.value = { is: 'refused', error };
    const at = this.#standing.indexOf(entry);
    if (at < 0) return;
    this.#standing.splice(at, 1);
    this.#said.remove(entry);
  }

  #standAgain(entry: OwnEntry): void {
    this.#standing.push(entry);
    this.#said.add(entry);
  }
}
