import { type CategoryId, type ClassIndex, classIndex, SelfpasteError } from '../../core/index.ts';
import { type ClassTable, readClassTable } from './class-table.ts';
import { lookupByName, type NamedCategory, type NameLookup, nearMisses, shorten } from './names.ts';

/** How a teacher's classes become the data set's categories: the part of a configuration's `teacher` that says so. */
export interface ClassMatching {
  /**
   * What becomes of classes that are not in the table. name: the category of that name, without regard to case and surrounding blanks.
   * id: the category whose id is the class's index, for models that keep the ids of their data set (torchvision, RF-DETR). table: dropped.
   */
  readonly match: 'name' | 'id' | 'table';
  readonly classes: ClassTable;
}

/** A class that is predicted, and the category that it becomes; null where what the teacher says of it is dropped. */
export interface MappedClass {
  readonly index: ClassIndex;
  readonly name: string;
  readonly target: { readonly category: NamedCategory; readonly by: ClassMatching['match'] } | null;
}

/** A teacher's classes beside the data set's categories. Several classes may become one category. */
export interface ClassMap {
  /** By rising index, without indices that are never predicted. */
  readonly classes: readonly MappedClass[];
  readonly map: ReadonlyMap<ClassIndex, CategoryId>;
  /** Names of classes that no category has: what the teacher says of them is dropped. */
  readonly unmatchedTeacher: readonly string[];
  /** Names of categories that the teacher never predicts. */
  readonly unmatchedData: readonly string[];
}

const BY_NAME: ClassMatching = { match: 'name', classes: {} };

/**
 * Maps a teacher's classes to a data set's categories.
 * @param classNames by class index; null (background, an unused index) is never mapped.
 * Throws MODEL_CLASS_MISMATCH where nothing maps, where the table names what does not exist or is not clear, and where indices are
 * to be ids but cannot be.
 */
export function mapClasses(
  classNames: readonly (string | null)[],
  categories: readonly NamedCategory[],
  { match, classes: entries }: ClassMatching = BY_NAME,
): ClassMap {
  const table = readClassTable(entries, classNames, categories);
  const matching = matcher(match, classNames, categories);
  const classes = classNames.flatMap((name, at): readonly MappedClass[] => {
    if (name === null) return [];
    const index = classIndex(at);
    const listed = table.get(index);
    const category = listed ?? matching(index, name);
    return [{ index, name, target: category && { category, by: listed ? 'table' : match } }];
  });
  const map = new Map(classes.flatMap(({ index, target }) => (target ? [[index, target.category.id] as const] : [])));
  if (map.size === 0) throw nothingInCommon(classes, categories, match);
  const predicted = new Set(map.values());
  return {
    classes,
    map,
    unmatchedTeacher: classes.flatMap(({ name, target }) => (target ? [] : [name])),
    unmatchedData: categories.flatMap(({ id, name }) => (predicted.has(id) ? [] : [name])),
  };
}

type Matcher = (index: ClassIndex, name: string) => NamedCategory | null;

function matcher(match: ClassMatching['match'], classNames: readonly (string | null)[], categories: readonly NamedCategory[]): Matcher {
  if (match === 'table') return () => null;
  const named = lookupByName(categories);
  if (match === 'name') return (_, name) => onlyOne(name, named(name));
  const byId = new Map(categories.map((category) => [Number(category.id), category]));
  if (classNames[0] !== null && !byId.has(0)) throw countedFromZero(classNames[0]);
  return (index, name) => notContradicted(index, name, byId.get(index) ?? null, named);
}

function onlyOne(name: string, [category, other]: readonly NamedCategory[]): NamedCategory | null {
  if (other === undefined) return category ?? null;
  throw mismatch(
    `Expected one category for the teacher's class ${JSON.stringify(name)}, got those of ids ${category.id} and ${other.id}, which both have its name`,
    `choose by id in the config, as in ${asTable(name, other.id)}`,
  );
}

/** Ids that are off by one give every class its neighbour's category, in silence; equal names are what shows it. */
function notContradicted(
  index: ClassIndex,
  name: string,
  category: NamedCategory | null,
  named: NameLookup<NamedCategory>,
): NamedCategory | null {
  const [namesake, ...others] = named(name);
  if (category === null || namesake === undefined || [namesake, ...others].includes(category)) return category;
  throw mismatch(
    `Expected class indices that are category ids for teacher.match id, but class ${index} of the teacher is ${JSON.stringify(name)} and category ${index} is ${JSON.stringify(category.name)}; ${JSON.stringify(namesake.name)} has id ${namesake.id}`,
    'set teacher.match to name, or to table with a category for each class under teacher.classes',
  );
}

function countedFromZero(name: string): SelfpasteError {
  return mismatch(
    `Expected class indices that are category ids for teacher.match id, but class 0 of the teacher is ${JSON.stringify(name)} and no category has id 0: the model numbers its classes by itself`,
    'set teacher.match to name, or to table with a category for each class under teacher.classes',
  );
}

function nothingInCommon(
  classes: readonly MappedClass[],
  categories: readonly NamedCategory[],
  match: ClassMatching['match'],
): SelfpasteError {
  const teacher = classes.map(({ name }) => name);
  const data = categories.map(({ name }) => name);
  const what = { name: 'no class name in common', id: 'no class id in common', table: 'nothing in common, as teacher.classes is empty' };
  const alone = teacher.length === 1 && data.length === 1 ? { teacher: teacher[0], data: data[0] } : undefined;
  const pair = nearMisses(teacher, data)[0] ?? alone ?? { teacher: 'name of the teacher', data: 'name of the data set' };
  return mismatch(
    `The teacher and the data set have ${what[match]}: the teacher knows ${shorten(teacher)}; the data set has ${shorten(data)}`,
    `map them in the config, as in ${asTable(pair.teacher, pair.data)}`,
  );
}

const asTable = (from: string, to: string | number): string => `teacher.classes: { ${JSON.stringify(from)}: ${JSON.stringify(to)} }`;
const mismatch = (message: string, hint: string) => new SelfpasteError('MODEL_CLASS_MISMATCH', message, hint);
