import { type ClassIndex, classIndex, SelfpasteError } from '../../core/index.ts';
import { lookupByName, type NamedCategory, type NameLookup, nearMisses, shorten } from './names.ts';

/** Category's name (a text) or id (a number) by a class's name or, where no class has that name, its index. */
export type ClassTable = Readonly<Record<string, string | number>>;

/**
 * The category that a table gives to each class.
 * Throws MODEL_CLASS_MISMATCH for what does not exist, for a name that two categories have, and for two categories of one class.
 */
export function readClassTable(
  entries: ClassTable,
  classNames: readonly (string | null)[],
  categories: readonly NamedCategory[],
): ReadonlyMap<ClassIndex, NamedCategory> {
  const classes = classNames.flatMap((name, index) => (name === null ? [] : [{ name, index: classIndex(index) }]));
  const classesNamed = lookupByName(classes);
  const categoriesNamed = lookupByName(categories);
  const table = new Map<ClassIndex, NamedCategory>();
  for (const [key, value] of Object.entries(entries)) {
    const category = typeof value === 'number' ? categoryOfId(value, categories) : categoryOfName(value, categoriesNamed, categories);
    for (const index of classesOf(key, classesNamed, classes)) {
      const before = table.get(index) ?? category;
      if (before.id !== category.id) throw twoCategories(index, before, key, category);
      table.set(index, category);
    }
  }
  return table;
}

interface NamedClass {
  readonly name: string;
  readonly index: ClassIndex;
}

function classesOf(key: string, named: NameLookup<NamedClass>, classes: readonly NamedClass[]): readonly ClassIndex[] {
  const same = named(key);
  const found = same.length > 0 ? same : classes.filter(({ index }) => String(index) === key.trim());
  if (found.length > 0) return found.map(({ index }) => index);
  throw unknownName('a class of the teacher', key, namesOf(classes));
}

function categoryOfName(name: string, named: NameLookup<NamedCategory>, categories: readonly NamedCategory[]): NamedCategory {
  const [category, other] = named(name);
  if (category === undefined) throw unknownName('a category of the data set', name, namesOf(categories));
  if (other === undefined) return category;
  throw mismatch(
    `Expected one category for ${JSON.stringify(name)} in teacher.classes, got those of ids ${category.id} and ${other.id}`,
    'write the id instead of the name, as a number',
  );
}

function categoryOfId(id: number, categories: readonly NamedCategory[]): NamedCategory {
  const category = categories.find((candidate) => Number(candidate.id) === id);
  if (category !== undefined) return category;
  const known = categories.map((candidate) => `${candidate.id} (${candidate.name})`);
  throw mismatch(
    `Expected a category id of the data set for teacher.classes, got ${id}; there are ${shorten(known)}`,
    'correct the id under teacher.classes in the config',
  );
}

const namesOf = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name);

function unknownName(expected: string, name: string, names: readonly string[]): SelfpasteError {
  const [near] = nearMisses(names, [name]);
  const correction = near ? `write ${JSON.stringify(near.teacher)}` : 'correct the name';
  return mismatch(
    `Expected ${expected} for teacher.classes, got ${JSON.stringify(name)}; there are ${shorten(names)}`,
    `${correction} under teacher.classes in the config`,
  );
}

function twoCategories(index: ClassIndex, before: NamedCategory, key: string, category: NamedCategory): SelfpasteError {
  return mismatch(
    `Expected one category for class ${index} of the teacher in teacher.classes, got ${JSON.stringify(before.name)} and, by ${JSON.stringify(key)}, ${JSON.stringify(category.name)}`,
    'keep one of the two entries',
  );
}

const mismatch = (message: string, hint: string) => new SelfpasteError('MODEL_CLASS_MISMATCH', message, hint);
