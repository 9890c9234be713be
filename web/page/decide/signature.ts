import { effect, signal } from '@preact/signals';

const KEPT_AS = 'selfpaste.who';

/** A browser that keeps nothing for pages throws. */
function kept(): string {
  try {
    return localStorage.getItem(KEPT_AS) ?? '';
  } catch {
    return '';
  }
}

/** In whose name decisions are written, as the person gave it here; empty where the user of the machine that serves is meant. */
export const ownName = signal(kept());

/** As the server takes it. */
export const signedName = (): string | null => ownName.value.trim() || null;

effect(() => {
  try {
    localStorage.setItem(KEPT_AS, ownName.value.trim());
  } catch {
    // Then the name lasts as long as the page.
  }
});
