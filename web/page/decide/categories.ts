import { computed } from '@preact/signals';
import type { CategoriesAnswer, CategoryFacts } from '../../contract/verdicts.ts';
import { read } from '../client.ts';
import { Source } from '../loading.tsx';

const source = new Source<CategoriesAnswer>();

/** The run's classes, by class index; none until they are there. */
export const categories = computed<readonly CategoryFacts[]>(() => {
  const loading = source.loading.value;
  return loading.state === 'there' ? loading.facts.categories : [];
});

/** Why there are none. */
export const categoriesProblem = computed(() => {
  const loading = source.loading.value;
  return loading.state === 'refused' ? loading.error : null;
});

/** They never change, so once they are there they are not asked for again. */
export function loadCategories(): void {
  if (source.loading.value.state !== 'there') void source.ask((signal) => read('/api/categories', {}, signal));
}

export const categoryName = (id: number): string => categories.value.find((category) => category.id === id)?.name ?? `class ${id}`;
