import type { CategoryId, Suspicion } from '../../core/index.ts';
import type { Scene } from './scene.ts';

/** Labels of another category than most of their ancestors, with the {@link unlikeness} as strength. */
export function unlikeBefore({ suspects, before }: Scene): Suspicion[] {
  return Array.from(suspects, (label) => ({
    kind: 'unlike-before',
    strength: unlikeness(label.category, before?.lineOf.get(label) ?? []),
    prediction: label.id,
    other: before?.ancestorOf.get(label)?.id ?? null,
  }));
}

/**
 * Share of the line, which is the ancestors and the label, that has the ancestors' most frequent category, 0..1.
 * 0 where no category is more frequent among them than the label's own.
 */
export function unlikeness(own: CategoryId, ancestors: readonly CategoryId[]): number {
  const counts = new Map<CategoryId, number>();
  for (const category of ancestors) counts.set(category, (counts.get(category) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return most > (counts.get(own) ?? 0) ? most / (ancestors.length + 1) : 0;
}
