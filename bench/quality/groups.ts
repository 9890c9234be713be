import { groupedBy } from '../grouped.ts';
import type { Cell, CellFigures, CellOutcome } from './cell.ts';

/** A figure over the cells of a group. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation of the sample; 0 for one cell. */
  readonly std: number;
}

export type GroupFigures = Readonly<Record<keyof CellFigures, Spread>>;

/** Groups of which every cell is finished. */
export function groupsOf(cells: readonly Cell[], outcomes: ReadonlyMap<string, CellOutcome>): ReadonlyMap<string, GroupFigures> {
  const groups = new Map<string, GroupFigures>();
  for (const [group, members] of groupedBy(cells, (cell) => cell.group)) {
    const figures = members.flatMap(({ name }) => finished(outcomes.get(name)));
    if (figures.length === members.length) groups.set(group, spreads(figures));
  }
  return groups;
}

const finished = (outcome: CellOutcome | undefined): readonly CellFigures[] => (outcome?.kind === 'finished' ? [outcome.figures] : []);

function spreads(figures: readonly CellFigures[]): GroupFigures {
  const of = (key: keyof CellFigures) => spreadOf(figures.map((cell) => cell[key]));
  return { maskAp: of('maskAp'), maskAp50: of('maskAp50'), boxAp: of('boxAp'), trainSeconds: of('trainSeconds') };
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, min: Math.min(...values), max: Math.max(...values), std: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
