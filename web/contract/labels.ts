import type { Box, Change, Suspicion } from '../../core/index.ts';
import type { Selection } from '../../db/index.ts';

/** Which labels, in which order, as an address says it: names and values of `labels list`. */
export interface LabelQuery {
  readonly round?: string;
  readonly category?: string;
  /** As `0.3..0.6` or `0.9..`. */
  readonly score?: string;
  /** In px2, as `100..5000`. */
  readonly area?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly verdict?: string;
  readonly image?: string;
  readonly change?: string;
  readonly suspicion?: string;
  readonly line?: string;
  readonly order?: string;
}

/** Orders that list only some of what a query finds, and which. */
export const ORDERS_OF_SOME: Readonly<Record<string, string>> = {
  'most-changed': 'only what was a label in the round before',
  'likely-wrong': 'only what is suspected',
};

/** Every name of a query, in the order in which a page shows them. */
export const LABEL_QUERY_NAMES = [
  'round',
  'category',
  'score',
  'area',
  'status',
  'reason',
  'verdict',
  'change',
  'suspicion',
  'image',
  'line',
  'order',
] as const satisfies readonly (keyof LabelQuery)[];

/** What every label of the gallery has. */
interface Tile {
  /** As commands know it: `12`, or `d3` for what a person drew. */
  readonly name: string;
  readonly image: number;
  readonly fileName: string;
  /** Of the picture, in px. */
  readonly width: number;
  readonly height: number;
  readonly categoryName: string;
  readonly classIndex: number;
  readonly areaPx2: number;
  /** COCO's compressed run lengths, at the size of the picture. */
  readonly mask: string;
  /** The square part of the picture that the thumbnail shows, in whole pixels; it may reach beyond the picture. */
  readonly view: Box;
  /** Address of the thumbnail, which never shows anything else. */
  readonly thumbnail: string;
}

/** Something that a model said; class and mask are those that a person put in their place, where one did. */
export interface PredictionTile extends Tile {
  readonly of: 'prediction';
  readonly id: number;
  readonly round: number;
  readonly score: number;
  readonly selection: Selection;
  readonly verdict: 'accepted' | 'rejected' | 'corrected' | null;
  readonly change: Pick<Change, 'kind' | 'iou'> | null;
  readonly suspicion: Pick<Suspicion, 'kind' | 'strength'> | null;
}

/** Something that a person drew. */
export interface DrawnTile extends Tile {
  readonly of: 'drawn';
  readonly verdict: 'drawn' | 'corrected';
}

export type LabelTile = PredictionTile | DrawnTile;

/** A part of a list. */
export interface LabelPage {
  /** Name of the list as it was when it was first asked for: to be sent with questions for other parts of it, so that they fit together. */
  readonly list: string;
  /** Null for one object through all rounds, and for what people drew. */
  readonly round: number | null;
  /** Of the whole list; at least so many where it is not exact. */
  readonly labels: number;
  readonly exact: boolean;
  /** Place of the first tile. */
  readonly from: number;
  readonly tiles: readonly LabelTile[];
}

/** What the labels of some places of a list are called, as decisions know them: `p12`, `d3`. */
export interface LabelNames {
  readonly list: string;
  readonly names: readonly string[];
}

/** Where a label stands in a list; null where it is not in it. */
export interface LabelPlace {
  readonly place: number | null;
  /** Of the whole list. */
  readonly labels: number;
}

/** Labels by class, bin of scores and band of areas, whatever the query says of these three. */
export interface LabelCounts {
  readonly classes: readonly { readonly name: string; readonly classIndex: number }[];
  /** Scores are counted in so many equal bins of 0..1. */
  readonly scoreBins: number;
  /** Least area of each band, in px2. */
  readonly areaFromPx2: readonly number[];
  /** One a combination that is there: place in `classes`, bin, band, number of labels. */
  readonly cells: readonly (readonly [number, number, number, number])[];
  /** Reasons for which labels of the round were kept or dropped. */
  readonly reasons: readonly string[];
  /** Rounds with labels. */
  readonly rounds: readonly number[];
}
