import { effect, signal } from '@preact/signals';
import { decisionText } from './decision-text.ts';
import { decisions } from './decisions.ts';

/** A decision that the server did not write, until the person has seen it. */
export interface Refusal {
  readonly key: string;
  readonly text: string;
  readonly error: Error;
}

export const refusals = signal<readonly Refusal[]>([]);

export function dismiss(key: string): void {
  refusals.value = refusals.value.filter((refusal) => refusal.key !== key);
}

effect(() => {
  const told = decisions.told.value;
  if (told?.is !== 'refused') return;
  const { entry, error, of } = told;
  const text = decisionText(entry.decision);
  const refusal = { key: `${of} ${entry.key}`, text: of === 'decide' ? `Not written: ${text}` : `Not taken back: ${text}`, error };
  refusals.value = [...refusals.peek().filter(({ key }) => key !== refusal.key), refusal];
});
