import type { CategoryId } from '../../core/index.ts';

/** Names of classes and categories, and when two of them are the same. */

export interface NamedCategory {
  readonly id: CategoryId;
  readonly name: string;
}

/** All that have a name: those that write it so, else those that do but for case and surrounding blanks. */
export type NameLookup<Named> = (name: string) => readonly Named[];

export function lookupByName<Named extends { readonly name: string }>(all: readonly Named[]): NameLookup<Named> {
  const exact = groupBy(all, ({ name }) => name);
  const folded = groupBy(all, ({ name }) => fold(name));
  return (name) => exact.get(name) ?? folded.get(fold(name)) ?? [];
}

function groupBy<Named>(all: readonly Named[], key: (one: Named) => string): ReadonlyMap<string, readonly Named[]> {
  const groups = new Map<string, Named[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

const fold = (name: string): string => name.trim().toLowerCase();

/** Two names that a person would take for one: they differ in case, blanks, dashes, underscores or a plural. */
export interface NearMiss {
  readonly teacher: string;
  readonly data: string;
}

/** Pairs of almost equal names, in the data set's order. They are never mapped by themselves: `glass` and `glasses` are two things. */
export function nearMisses(teacher: readonly string[], data: readonly string[]): readonly NearMiss[] {
  const known = new Map(teacher.toReversed().map((name) => [gist(name), name]));
  return data.flatMap((name) => {
    const near = known.get(gist(name));
    return near === undefined ? [] : [{ teacher: near, data: name }];
  });
}

/** `Traffic_Lights` and `traffic light`, `berries` and `berry`, come to the same. */
function gist(name: string): string {
  return fold(name)
    .replace(/[\s_-]+/g, '')
    .replace(/(?<=.)[eiys]+$/, '');
}

/** `cat, dog, bird and 77 more`. */
export function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown || 'none';
}
