import type { ActionRow } from '../../db/index.ts';

/** A class, as the data set names it. */
export interface CategoryFacts {
  readonly id: number;
  readonly name: string;
  readonly classIndex: number;
}

export interface CategoriesAnswer {
  /** By class index. */
  readonly categories: readonly CategoryFacts[];
}

/** A mask as COCO's uncompressed run lengths: down the columns, zeros first; they fill the picture. */
export type SentCounts = readonly number[];

/** Labels of one decision in the page; more are decided about on the command line. */
export const MOST_LABELS = 100_000;

/** The labels that a decision is about, by name (`p12`, `d3`). */
export interface NamedLabels {
  readonly ids: readonly string[];
}

/** The labels that a query of the gallery finds, and how many the person was told that these are: other ones are not decided about. */
export interface QueriedLabels {
  readonly query: Readonly<Record<string, string>>;
  readonly count: number;
}

/** What a person decides at once. */
export type Decision =
  | ({ readonly kind: 'accept' | 'reject' } & (NamedLabels | QueriedLabels))
  | ({ readonly kind: 'relabel'; readonly category: number } & (NamedLabels | QueriedLabels))
  | { readonly kind: 'redraw'; readonly id: string; readonly category: number; readonly mask: SentCounts }
  | { readonly kind: 'draw'; readonly image: number; readonly category: number; readonly mask: SentCounts }
  | { readonly kind: 'reject-image'; readonly image: number };

/** Who asks, and by which key an answer that was lost on its way is asked for again instead of doing it twice. */
export interface Sent {
  /** The user of the machine that serves, where nobody is named. */
  readonly who: string | null;
  readonly key: string;
}

export type DecisionRequest = Decision & Sent & { readonly why: string };

/** What became of a decision; without an action nothing was written, as no label was found. */
export interface DecisionAnswer {
  readonly action: number | null;
  readonly labels: number;
  /** Name of the label that was drawn. */
  readonly drawn: string | null;
}

/** The last action that stands, where none is named. */
export type UndoRequest = Sent & { readonly action: number | null };

export interface UndoAnswer {
  readonly action: number;
  /** Verdicts and donations that were taken back. */
  readonly undone: number;
}

export interface CountAnswer {
  readonly labels: number;
}

/** What a person did at once. */
export interface RecentAction extends ActionRow {
  /** What it holds, as `labels history` prints it: `2 accepted, 1 drawn (d7)`. */
  readonly what: string;
}

export interface RecentAnswer {
  /** Who decides where the page does not say it. */
  readonly who: string;
  /** Newest first; a page of them. */
  readonly actions: readonly RecentAction[];
  /** Whether there are older ones. */
  readonly more: boolean;
}
