import { badValue } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';

/** The categories of an export by name, with their places in the list. Of two with one name the first stands for both. */
export class CategoryTable {
  readonly #byName = new Map<string, CocoCategory & { readonly index: number }>();

  constructor(categories: readonly CocoCategory[]) {
    for (const [index, category] of categories.entries())
      if (!this.#byName.has(category.name)) this.#byName.set(category.name, { ...category, index });
  }

  named(name: string): CocoCategory & { readonly index: number } {
    const found = this.#byName.get(name);
    if (found === undefined) throw badValue('category', `one of ${[...this.#byName.keys()].join(', ')}`, name);
    return found;
  }
}
