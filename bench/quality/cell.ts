import type { RunConfigInput } from '../../config/index.ts';

/** One training of a measurement: a run in a folder of its own. */
export interface Cell {
  /** Also the name of its run. */
  readonly name: string;
  /** Cells of one group differ only by their seed; figures are means over a group. */
  readonly group: string;
  /** The cell whose model is its teacher, and must be finished before it starts; null for none. */
  readonly after: string | null;
  readonly settings: Omit<RunConfigInput, 'name' | 'runs'>;
}

/** What a finished cell reached. AP 0..1 on the validation set's human labels. */
export interface CellFigures {
  readonly maskAp: number;
  readonly maskAp50: number;
  readonly boxAp: number;
  /** Of the train stages, with the validations in them. */
  readonly trainSeconds: number;
}

/** Where a cell stands. */
export type CellOutcome =
  | { readonly kind: 'finished'; readonly figures: CellFigures }
  | { readonly kind: 'unfinished'; readonly reason: string };
