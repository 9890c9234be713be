import { type ClassIndex, classIndex, errorFacts, SelfpasteError } from '../../core/index.ts';
import { type CocoCategory, readCocoCategories } from '../../dataset/index.ts';
import {
  type ClassMatching,
  type Contract,
  type MappedClass,
  mapClasses,
  type NearMiss,
  nearMisses,
  type Refusal,
} from '../../teacher/index.ts';

/** A teacher's classes beside the categories of a data set. */
export type ClassComparison =
  | { readonly status: 'no-data'; readonly classes: readonly ClassLine[] }
  | {
      readonly status: 'mapped';
      readonly data: string;
      readonly match: ClassMatching['match'];
      readonly classes: readonly (ClassLine & Pick<MappedClass, 'target'>)[];
      readonly neverPredicted: readonly CocoCategory[];
      readonly nearMisses: readonly NearMiss[];
    }
  | {
      readonly status: 'refused';
      readonly data: string;
      readonly match: ClassMatching['match'];
      readonly classes: readonly ClassLine[];
      readonly categories: readonly CocoCategory[];
      readonly refusal: Refusal;
    };

export type ClassLine = Pick<MappedClass, 'index' | 'name'>;

/** The data set that classes are compared with, and how they are matched. */
export interface ClassQuestion {
  readonly data: string;
  readonly matching: ClassMatching;
}

/** A map that cannot be made is a finding, not an error. Throws as readCocoCategories does. */
export async function compareClasses({ classNames }: Contract, question: ClassQuestion | null): Promise<ClassComparison> {
  const classes = classNames.flatMap((name, index) => (name === null ? [] : [{ index: classIndex(index), name }]));
  if (question === null) return { status: 'no-data', classes };
  const { data, matching } = question;
  const categories = await readCocoCategories(data);
  try {
    const map = mapClasses(classNames, categories, matching);
    const predicted = new Set(map.map.values());
    return {
      status: 'mapped',
      data,
      match: matching.match,
      classes: map.classes,
      neverPredicted: categories.filter(({ id }) => !predicted.has(id)),
      nearMisses: nearMisses(map.unmatchedTeacher, map.unmatchedData),
    };
  } catch (error) {
    if (!(error instanceof SelfpasteError)) throw error;
    const { code, message, hint } = errorFacts(error);
    return { status: 'refused', data, match: matching.match, classes, categories, refusal: { code, message, hint } };
  }
}

/** What a class is called; and the category that it becomes, null where it is dropped or no data set is given. */
export interface ClassNaming {
  readonly class: string;
  readonly category: string | null;
}

export function namingOf(comparison: ClassComparison): (index: ClassIndex) => ClassNaming {
  const targets: readonly (readonly [ClassIndex, string])[] =
    comparison.status === 'mapped'
      ? comparison.classes.flatMap(({ index, target }) => (target ? [[index, target.category.name] as const] : []))
      : [];
  const names = new Map(comparison.classes.map(({ index, name }) => [index, name]));
  const categories = new Map(targets);
  return (index) => ({ class: names.get(index) ?? '', category: categories.get(index) ?? null });
}
