import { signal } from '@preact/signals';

/** Why what a person asked for last was not done; each time another object, so that the same is said again. */
export const objection = signal<{ readonly text: string } | null>(null);

export function object(text: string): void {
  objection.value = { text };
}
