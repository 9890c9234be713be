import { effect, type Signal, signal } from '@preact/signals';
import type { Signature } from './decision-queue.ts';

/** A text that outlasts the page. A browser that keeps nothing for pages throws; then it lasts as long as the page. */
function remembered(store: () => Storage, name: string): Signal<string> {
  const text = signal('');
  try {
    text.value = store().getItem(name) ?? '';
    effect(() => store().setItem(name, text.value.trim()));
  } catch {
    // Nothing was kept, and nothing will be.
  }
  return text;
}

/** In whose name decisions are written, as the person gave it here; empty where the user of the machine that serves is meant. */
export const ownName = remembered(() => localStorage, 'selfpaste.who');

/** Why what is decided from now on is decided; for this session, as another one has other reasons. */
export const ownReason = remembered(() => sessionStorage, 'selfpaste.why');

export const signature = (): Signature => ({ who: ownName.value.trim() || null, why: ownReason.value.trim() });
