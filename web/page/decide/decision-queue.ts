import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Decision, DecisionAnswer, UndoAnswer } from '../../contract/verdicts.ts';

/** What a person decided here, and what became of it. */
export interface Entry {
  readonly key: string;
  readonly decision: Decision;
  readonly why: string;
  readonly state: ReadonlySignal<EntryState>;
}

export type EntryState =
  | { readonly is: 'waiting' | 'sent' | 'undone' }
  | { readonly is: 'written'; readonly answer: DecisionAnswer }
  | { readonly is: 'refused'; readonly error: Error };

/** What is shown of a label before the server has said it: the last that was decided about it here. */
export type Said = { readonly verdict: 'accepted' | 'rejected' } | { readonly verdict: 'corrected'; readonly category: number };

/** The way to the server. */
export interface DecisionPost {
  decide(entry: Entry): Promise<DecisionAnswer>;
  undo(action: number, key: string): Promise<UndoAnswer>;
  /** Whether the same may be answered later: the server is away, or its database is busy. */
  mayPass(error: Error): boolean;
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

/** Something that the server wrote. */
export interface Write {
  readonly does: 'decide' | 'undo';
  readonly entry: Entry;
}

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
  readonly #said = new Map<string, { readonly entry: Entry; readonly said: Said }[]>();
  readonly #saidVersion = signal(0);
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

  /** What was decided here about a label and stands; undefined where nothing was, or all of it was taken back. */
  said(name: string): Said | undefined {
    this.#saidVersion.value;
    return this.#said.get(fullName(name))?.at(-1)?.said;
  }

  decide(decision: Decision, why: string): Entry {
    const entry: OwnEntry = { key: this.#newKey(), decision, why, state: signal<EntryState>({ is: 'waiting' }) };
    this.#standing.push(entry);
    this.#mark(entry);
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
    this.#unmark(own);
    this.#told.value = { is: 'undone', entry };
    if (own.state.value.is === 'waiting') this.#drop(own);
    else this.#add({ does: 'undo', entry: own, key: this.#newKey() });
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
    entry.state.value = { is: 'written', answer };
    if (answer.action !== null) this.#wrote({ does: 'decide', entry });
  }

  /** A decision that was refused, or found no label, has nothing to be taken back. */
  async #undo(entry: OwnEntry, key: string): Promise<void> {
    const state = entry.state.value;
    if (state.is !== 'written') return;
    const { action } = state.answer;
    if (action !== null) {
      await this.#untilAnswered(() => this.#post.undo(action, key));
      this.#wrote({ does: 'undo', entry });
    }
    entry.state.value = { is: 'undone' };
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
    this.#unmark(entry);
  }

  #standAgain(entry: OwnEntry): void {
    this.#standing.push(entry);
    this.#mark(entry);
  }

  #mark(entry: Entry): void {
    const said = saidBy(entry.decision);
    if (said === undefined) return;
    for (const name of namesOf(entry.decision)) this.#said.set(name, [...(this.#said.get(name) ?? []), { entry, said }]);
    this.#saidVersion.value++;
  }

  #unmark(entry: Entry): void {
    for (const name of namesOf(entry.decision)) {
      const left = (this.#said.get(name) ?? []).filter((one) => one.entry !== entry);
      if (left.length === 0) this.#said.delete(name);
      else this.#said.set(name, left);
    }
    this.#saidVersion.value++;
  }
}

/** The labels of a decision that are known by name here. */
export function namesOf(decision: Decision): readonly string[] {
  if ('ids' in decision) return decision.ids.map(fullName);
  return decision.kind === 'redraw' ? [fullName(decision.id)] : [];
}

/** Predictions are also known by their numbers alone. */
const fullName = (name: string): string => (/^\d/.test(name) ? `p${name}` : name);

function saidBy(decision: Decision): Said | undefined {
  switch (decision.kind) {
    case 'accept':
      return { verdict: 'accepted' };
    case 'reject':
      return { verdict: 'rejected' };
    case 'relabel':
    case 'redraw':
      return { verdict: 'corrected', category: decision.category };
    default:
      return undefined;
  }
}
