import { type CategoryId, type ClassIndex, classIndex, SelfpasteError } from '../core/index.ts';

export interface NamedCategory {
  readonly id: CategoryId;
  readonly name: string;
}

/** How a teacher's classes become the data set's categories. Several classes may become one category. */
export interface ClassMap {
  readonly map: ReadonlyMap<ClassIndex, CategoryId>;
  /** Names of classes that no category has: what the teacher says of them is dropped. */
  readonly unmatchedTeacher: readonly string[];
  /** Names of categories that the teacher never predicts. */
  readonly unmatchedData: readonly string[];
}

/**
 * Maps classes to categories by name, without regard to case and surrounding blanks.
 * @param table teacher's name -> category's name, for those that differ; wins over equal names.
 * Throws MODEL_CLASS_MISMATCH where nothing maps, or where the table names what does not exist.
 */
export function mapClasses(
  classNames: readonly string[],
  categories: readonly NamedCategory[],
  table: Readonly<Record<string, string>> = {},
): ClassMap {
  const categoryIds = new Map(categories.map(({ id, name }) => [fold(name), id]));
  const renamed = new Map(Object.entries(table).map(([from, to]) => [fold(from), fold(to)]));
  checkTable(table, classNames, categories);
  const map = new Map<ClassIndex, CategoryId>();
  const unmatchedTeacher: string[] = [];
  for (const [index, name] of classNames.entries()) {
    const id = categoryIds.get(renamed.get(fold(name)) ?? fold(name));
    if (id === undefined) unmatchedTeacher.push(name);
    else map.set(classIndex(index), id);
  }
  if (map.size === 0) throw nothingInCommon(classNames, categories);
  const predicted = new Set(map.values());
  return { map, unmatchedTeacher, unmatchedData: categories.filter(({ id }) => !predicted.has(id)).map(({ name }) => name) };
}

const fold = (name: string): string => name.trim().toLowerCase();

function checkTable(table: Readonly<Record<string, string>>, classNames: readonly string[], categories: readonly NamedCategory[]): void {
  const data = categories.map(({ name }) => name);
  for (const [from, to] of Object.entries(table)) {
    if (!has(classNames, from)) throw unknownName(from, 'a class of the teacher', classNames);
    if (!has(data, to)) throw unknownName(to, 'a category of the data set', data);
  }
}

const has = (names: readonly string[], name: string): boolean => names.some((other) => fold(other) === fold(name));

function unknownName(name: string, expected: string, names: readonly string[]): SelfpasteError {
  const message = `Expected ${expected} for teacher.classes, got ${JSON.stringify(name)}; there are ${shorten(names)}`;
  return new SelfpasteError('MODEL_CLASS_MISMATCH', message, 'correct the name under teacher.classes in the config');
}

function nothingInCommon(classNames: readonly string[], categories: readonly NamedCategory[]): SelfpasteError {
  return new SelfpasteError(
    'MODEL_CLASS_MISMATCH',
    `The teacher and the data set have no class name in common: the teacher knows ${shorten(classNames)}; the data set has ${shorten(categories.map(({ name }) => name))}`,
    'map them in the config, as in teacher.classes: { "name of the teacher": "name of the data set" }',
  );
}

/** `cat, dog, bird and 77 more`. */
function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown || 'none';
}
