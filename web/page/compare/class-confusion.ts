import type { ChangeKind } from '../../../core/index.ts';
import type { Comparison, CountedChange } from '../../contract/compare.ts';

/** What an object was before, by what it is now. */
export interface ConfusionCell {
  readonly labels: number;
  /** The kind that most of them are. */
  readonly kind: ChangeKind;
  /** How many of those that were the same before went this way, 0..1. */
  readonly share: number;
}

export interface ConfusionLine {
  /** Null for no label. */
  readonly category: number | null;
  readonly name: string;
}

export interface ClassConfusion {
  readonly lines: readonly ConfusionLine[];
  /** Classes that the table has no room for. */
  readonly leftOut: number;
  readonly cell: (before: number | null, now: number | null) => ConfusionCell | null;
}

const NO_LABEL: ConfusionLine = { category: null, name: 'no label' };
/** More is not read by anybody; those with most labels stay. */
const MOST_CLASSES = 24;

/** The class of an object in the one round by its class in the other. */
export function classConfusion({ classes, changes }: Comparison): ClassConfusion {
  const labels = new Map<number | null, number>();
  for (const { before, now, labels: count } of changes)
    for (const category of new Set([before, now])) labels.set(category, (labels.get(category) ?? 0) + count);
  const known = classes.filter(({ category }) => labels.has(category));
  const most = known.toSorted((a, b) => (labels.get(b.category) ?? 0) - (labels.get(a.category) ?? 0)).slice(0, MOST_CLASSES);
  const lines = known.filter((one) => most.includes(one)).map(({ category, name }) => ({ category, name }));
  return { lines: [...lines, NO_LABEL], leftOut: known.length - lines.length, cell: cellsOf(changes) };
}

function cellsOf(changes: readonly CountedChange[]): ClassConfusion['cell'] {
  const cells = new Map<string, CountedChange[]>();
  const rows = new Map<number | null, number>();
  for (const change of changes) {
    const key = `${change.before}/${change.now}`;
    cells.set(key, [...(cells.get(key) ?? []), change]);
    rows.set(change.before, (rows.get(change.before) ?? 0) + change.labels);
  }
  return (before, now) => {
    const [first, ...more] = (cells.get(`${before}/${now}`) ?? []).toSorted((a, b) => b.labels - a.labels);
    if (first === undefined) return null;
    const labels = more.reduce((sum, one) => sum + one.labels, first.labels);
    return { labels, kind: first.kind, share: labels / (rows.get(before) ?? labels) };
  };
}
