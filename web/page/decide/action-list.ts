import { type ReadonlySignal, signal } from '@preact/signals';
import type { RecentAction } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { decisions } from './decisions.ts';

/** What people did, the newest first, as far as it was asked for. */
export interface KnownActions {
  readonly actions: readonly RecentAction[];
  readonly more: boolean;
}

/** The record of what people did, page by page, and the way to take any of it back. */
export class ActionList {
  readonly #known = signal<KnownActions | null>(null);
  readonly #problem = signal<Error | null>(null);
  readonly #busy = signal(false);
  readonly #refusal = signal<{ readonly action: number; readonly error: Error } | null>(null);

  /** Null before the first answer. */
  get known(): ReadonlySignal<KnownActions | null> {
    return this.#known;
  }

  /** Why nothing, or nothing newer, is known. */
  get problem(): ReadonlySignal<Error | null> {
    return this.#problem;
  }

  /** Whether something is being taken back. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  /** The action that was to be taken back last, where that was refused. */
  get refusal(): ReadonlySignal<{ readonly action: number; readonly error: Error } | null> {
    return this.#refusal;
  }

  /** Asks for the newest, and for as many as were known. What was decided here before is among them. */
  async renew(): Promise<void> {
    await decisions.settled;
    await this.#ask([], this.#known.peek()?.actions.length ?? 0);
  }

  /** Asks for a page of older ones. */
  async older(): Promise<void> {
    const actions = this.#known.peek()?.actions ?? [];
    await this.#ask(actions, actions.length + 1);
  }

  async takeBack(action: number): Promise<void> {
    if (this.#busy.peek()) return;
    this.#busy.value = true;
    this.#refusal.value = null;
    await decisions.takeBack(action).catch((error: Error) => {
      this.#refusal.value = { action, error };
    });
    await this.renew();
    this.#busy.value = false;
  }

  async #ask(from: readonly RecentAction[], least: number): Promise<void> {
    try {
      this.#known.value = await pagesAfter(from, least);
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = error as Error;
    }
  }
}

/** What is known, and a page of what is older; more pages, until there are so many actions. */
async function pagesAfter(known: readonly RecentAction[], least: number): Promise<KnownActions> {
  const page = await read('/api/verdicts/recent', { before: known.at(-1)?.id });
  const actions = [...known, ...page.actions];
  return page.more && actions.length < least ? await pagesAfter(actions, least) : { actions, more: page.more };
}
