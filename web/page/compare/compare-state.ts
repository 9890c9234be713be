import { effect } from '@preact/signals';
import { CHANGE_KINDS, type ChangeKind } from '../../../core/index.ts';
import type { ChangeExamples, Comparison } from '../../contract/compare.ts';
import { read } from '../client.ts';
import { Source } from '../loading.tsx';
import { addressOf, place } from '../location.ts';

/** Which examples are shown: a kind of change, and of which classes; one that is not named is any. */
export interface ShownChange {
  readonly kind: ChangeKind;
  readonly before?: string;
  readonly now?: string;
}

/** What the address shows; what was born where it says nothing. */
export function shownChange(): ShownChange {
  const { kind, before, now } = place.value.query;
  return {
    kind: CHANGE_KINDS.find((one) => one === kind) ?? 'born',
    ...(before === undefined ? {} : { before }),
    ...(now === undefined ? {} : { now }),
  };
}

/** The address of the same rounds with other examples. */
export function addressOfChange({ kind, before, now }: ShownChange): string {
  const { a, b } = place.value.query;
  return addressOf('/compare', { a, b, kind, before, now });
}

/** The compare view between its address and the server. */
export class CompareState {
  readonly comparison = new Source<Comparison>();
  readonly examples = new Source<ChangeExamples>();
  #asked = { comparison: '', examples: '' };

  /** Follows the address. @returns what ends that */
  follow(): () => void {
    return effect(() => {
      const { a, b } = place.value.query;
      this.#ask({ a, b }, shownChange());
    });
  }

  #ask(rounds: { readonly a: string | undefined; readonly b: string | undefined }, shown: ShownChange): void {
    const asked = { comparison: JSON.stringify(rounds), examples: JSON.stringify([rounds, shown]) };
    if (asked.comparison !== this.#asked.comparison) void this.comparison.ask((signal) => read('/api/compare', rounds, signal));
    if (asked.examples !== this.#asked.examples)
      void this.examples.ask((signal) => read('/api/compare/examples', { ...rounds, ...shown }, signal));
    this.#asked = asked;
  }
}
