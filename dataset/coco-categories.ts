import { type CategoryId, categoryId, SelfpasteError } from '../core/index.ts';
import { categorySchema, parseEntry, readDocument } from './coco-schema.ts';
import { IssueLog } from './issue.ts';

/** A category as the file has it. */
export interface CocoCategory {
  readonly id: CategoryId;
  readonly name: string;
  /** LVIS's group: rare, common or frequent. */
  readonly frequency?: LvisFrequency;
}

export type LvisFrequency = 'r' | 'c' | 'f';

/**
 * The categories of a COCO file alone, whatever its images and annotations are worth.
 * @throws SelfpasteError DATA_UNREADABLE, DATA_BAD_JSON, DATA_NOT_COCO, and as {@link readCategories}
 */
export async function readCocoCategories(path: string): Promise<readonly CocoCategory[]> {
  return readCategories((await readDocument(path)).categories ?? [], new IssueLog(path));
}

/**
 * The categories of a COCO file, sorted by id. One without a usable name is named by its id; two of the same name are kept apart by id.
 * @throws SelfpasteError DATA_NO_CATEGORIES, DATA_BAD_CATEGORIES (an id that comes twice: its annotations would be ambiguous)
 */
export function readCategories(entries: readonly unknown[], log: IssueLog): readonly CocoCategory[] {
  const categories: CocoCategory[] = [];
  for (const [index, entry] of entries.entries()) {
    const parsed = parseEntry(categorySchema, entry);
    if (parsed.ok) categories.push(readCategory(parsed.value, log));
    else log.add(`category at index ${index}`, parsed.problem.reason, parsed.problem.detail);
  }
  if (categories.length === 0) throw noCategories(log.file);
  categories.sort((a, b) => a.id - b.id);
  refuseSameIds(categories, log.file);
  reportSameNames(categories, log);
  return categories;
}

function readCategory(entry: { id: number; name?: unknown; frequency?: unknown }, log: IssueLog): CocoCategory {
  const { id, frequency } = entry;
  const category = { id: categoryId(id), name: readName(entry, log) };
  return frequency === 'r' || frequency === 'c' || frequency === 'f' ? { ...category, frequency } : category;
}

function readName({ id, name }: { id: number; name?: unknown }, log: IssueLog): string {
  if (typeof name === 'string' && name !== '') return name;
  const text = typeof name === 'number' ? String(name) : String(id);
  log.add(`category ${id}`, 'bad-category-name', `its name is ${JSON.stringify(name) ?? 'missing'}; it is called ${JSON.stringify(text)}`);
  return text;
}

function refuseSameIds(sorted: readonly CocoCategory[], file: string): void {
  const twice = sorted.find(({ id }, index) => index > 0 && sorted[index - 1]?.id === id);
  if (twice)
    throw new SelfpasteError(
      'DATA_BAD_CATEGORIES',
      `Expected a category id of its own for each category of ${JSON.stringify(file)}, got id ${twice.id} more than once`,
      'give each category an id of its own',
    );
}

function reportSameNames(categories: readonly CocoCategory[], log: IssueLog): void {
  const firstIds = new Map<string, CategoryId>();
  for (const { id, name } of categories) {
    const first = firstIds.get(name);
    if (first === undefined) firstIds.set(name, id);
    else
      log.add(
        `category ${id}`,
        'duplicate-category-name',
        `category ${first} is called ${JSON.stringify(name)} too; they are kept apart by id`,
      );
  }
}

const noCategories = (file: string) =>
  new SelfpasteError(
    'DATA_NO_CATEGORIES',
    `Expected at least one category for ${JSON.stringify(file)}, got none`,
    'add the categories that the annotations refer to',
  );
