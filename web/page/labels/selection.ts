import { signal } from '@preact/signals';

/** Predictions that are selected for a decision about all of them, by id. */
export const selected = signal<ReadonlySet<number>>(new Set());

/** The prediction that the keys are about, by id; null where there is none, as for what a person drew. */
export const focused = signal<number | null>(null);

export function toggleSelected(id: number): void {
  const ids = new Set(selected.value);
  if (!ids.delete(id)) ids.add(id);
  selected.value = ids;
}

export function selectAlso(ids: readonly number[]): void {
  selected.value = new Set([...selected.value, ...ids]);
}

export function clearSelected(): void {
  if (selected.value.size > 0) selected.value = new Set();
}
