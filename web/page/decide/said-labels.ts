import { signal } from '@preact/signals';
import type { Decision } from '../../contract/verdicts.ts';
import type { Entry } from './decision-queue.ts';

/** What is shown of a label before the server has said it: the last that was decided about it here. */
export type Said = { readonly verdict: 'accepted' | 'rejected' } | { readonly verdict: 'corrected'; readonly category: number };

/** What the decisions that stand here say of labels, by their names. */
export class SaidLabels {
  readonly #said = new Map<string, { readonly entry: Entry; readonly said: Said }[]>();
  readonly #version = signal(0);

  /** The last word on a label, and no word where the server knew of that one at its write of this number. */
  of(name: string, known: number): Said | undefined {
    this.#version.value;
    const last = this.#said.get(fullName(name))?.at(-1);
    const state = last?.entry.state.value;
    return state?.is === 'written' && state.write <= known ? undefined : last?.said;
  }

  /** Whose word the last one is. */
  entryOn(name: string): Entry | undefined {
    this.#version.value;
    return this.#said.get(fullName(name))?.at(-1)?.entry;
  }

  add(entry: Entry): void {
    const said = saidBy(entry.decision);
    if (said === undefined) return;
    for (const name of namesOf(entry.decision)) this.#said.set(name, [...(this.#said.get(name) ?? []), { entry, said }]);
    this.#version.value++;
  }

  remove(entry: Entry): void {
    for (const name of namesOf(entry.decision)) {
      const left = (this.#said.get(name) ?? []).filter((one) => one.entry !== entry);
      if (left.length === 0) this.#said.delete(name);
      else this.#said.set(name, left);
    }
    this.#version.value++;
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
