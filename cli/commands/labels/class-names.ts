import type { CategoryId } from '../../../core/index.ts';
import type { RunDatabase } from '../../../db/index.ts';
import { printable } from '../../print.ts';

/** What a class is called, for people: without control characters. */
export function classNames(db: RunDatabase): (category: CategoryId) => string {
  const names = new Map(db.categories.all().map(({ id, name }) => [id, printable(name)]));
  return (category) => names.get(category) ?? String(category);
}
