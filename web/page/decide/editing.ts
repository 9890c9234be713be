import { signal } from '@preact/signals';
import type { Rle } from '../../../core/index.ts';

/** A mask that is being drawn over the picture that is shown. */
export interface Editing {
  /** For people: `mask of p12`, `new dog`. */
  readonly title: string;
  /** What it is at first: that of a label, or empty. At the size of the picture. */
  readonly mask: Rle;
  /** Takes the run lengths of what was drawn. */
  readonly keep: (counts: readonly number[]) => void;
}

export const editing = signal<Editing | null>(null);

export function stopEditing(): void {
  editing.value = null;
}
