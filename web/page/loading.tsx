import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Refused } from './client.ts';

/** Facts on their way from the server. */
export type Loading<Facts> =
  | { readonly state: 'waiting'; readonly before: Facts | null }
  | { readonly state: 'there'; readonly facts: Facts }
  | { readonly state: 'refused'; readonly error: Error; readonly before: Facts | null };

/** The last facts that came, whatever became of a question for newer ones; null before the first. */
export const lastFacts = <Facts,>(loading: Loading<Facts>): Facts | null => (loading.state === 'there' ? loading.facts : loading.before);

/** Facts that are asked for again and again; an answer that a newer question has overtaken is dropped. */
export class Source<Facts> {
  readonly loading: Signal<Loading<Facts>> = signal({ state: 'waiting', before: null });
  #asked = new AbortController();

  async ask(question: (signal: AbortSignal) => Promise<Facts>): Promise<void> {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const before = lastFacts(this.loading.value);
    this.loading.value = { state: 'waiting', before };
    try {
      const facts = await question(asked.signal);
      if (!asked.signal.aborted) this.loading.value = { state: 'there', facts };
    } catch (error) {
      if (!asked.signal.aborted) this.loading.value = { state: 'refused', error: error as Error, before };
    }
  }

  /** Facts that came by another way: what was asked for is dropped. */
  take(facts: Facts): void {
    this.#asked.abort();
    this.loading.value = { state: 'there', facts };
  }
}

interface LoadedProps<Facts> {
  readonly of: Signal<Loading<Facts>>;
  readonly children: (facts: Facts) => ComponentChildren;
}

/** Shows facts once they are there, and the last ones while newer ones are on their way. */
export function Loaded<Facts>({ of, children }: LoadedProps<Facts>) {
  const loading = of.value;
  if (loading.state === 'refused') return <Problem error={loading.error} />;
  const facts = lastFacts(loading);
  if (facts === null)
    return (
      <p class="quiet" role="status">
        loading…
      </p>
    );
  return <>{children(facts)}</>;
}

export function Problem({ error }: { readonly error: Error }) {
  return (
    <p class="problem" role="alert">
      {error.message}
      {error instanceof Refused && <span class="quiet"> {error.hint}</span>}
    </p>
  );
}
