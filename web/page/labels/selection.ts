import { signal } from '@preact/signals';

/** Labels that are selected for a decision about all of them, by name (`p12`, `d3`). */
export const selected = signal<ReadonlySet<string>>(new Set());

/** Labels that are being selected, whose names are on their way; null where none are. */
export const selecting = signal<{ readonly labels: number } | null>(null);

/** The label that the keys are about, by name; null where there is none. */
export const focused = signal<string | null>(null);

export function toggleSelected(name: string): void {
  const names = new Set(selected.value);
  if (!names.delete(name)) names.add(name);
  selected.value = names;
}

export function selectAlso(names: readonly string[]): void {
  selected.value = new Set([...selected.value, ...names]);
}

export function clearSelected(): void {
  selecting.value = null;
  if (selected.value.size > 0) selected.value = new Set();
}
