import type { CategoryId, ChangeKind, ImageId, PredictionId, SuspicionKind } from '../../core/index.ts';

/** Which predictions of a round. Scores (0..1) and areas (px2, of the mask) are inclusive. */
export interface LabelFilter {
  readonly round: number;
  readonly category?: CategoryId;
  readonly minScore?: number;
  readonly maxScore?: number;
  readonly minAreaPx2?: number;
  readonly maxAreaPx2?: number;
  readonly status?: 'kept' | 'dropped';
  /** Why it was kept or dropped. */
  readonly reason?: string;
  readonly image?: ImageId;
  /** What a person says of the prediction itself; 'any' is one of the three, 'none' none of them. */
  readonly verdict?: 'accepted' | 'rejected' | 'corrected' | 'any' | 'none';
  /** What became of it since the round before. What died is named by the label of that earlier round. */
  readonly change?: ChangeKind;
  readonly suspicion?: SuspicionKind | 'any';
  /** The object of this prediction in all rounds, whatever `round` says. */
  readonly line?: PredictionId;
}

/**
 * What a list is sorted by: score; image; area; `least-certain` the distance of the score from its category's threshold; `most-changed`
 * the overlap with what it was in the round before, least first (only what has changed or was kept); `likely-wrong` the strength of the
 * suspicion against it (only what is suspected).
 */
export const LABEL_ORDERS = [
  'score-desc',
  'score-asc',
  'image',
  'area-desc',
  'area-asc',
  'least-certain',
  'most-changed',
  'likely-wrong',
] as const;
export type LabelOrder = (typeof LABEL_ORDERS)[number];

/** Where a line stands in its order: by rank, then by id. The next page starts after it. */
export interface LabelCursor {
  readonly id: PredictionId;
  /** What the order sorts by: a score, an area in px2, the image's id, a distance, an IoU or a strength. */
  readonly rank: number;
}

/** What became of labels that have an overlap with what they were in the round before. */
export const OVERLAPPING = ['kept', 'reclassified', 'grew', 'shrank'] as const satisfies readonly ChangeKind[];

/** The filters that together find what a list shows, each label once: some orders list only what bears a mark. */
export function listedBy(filter: LabelFilter, order: LabelOrder): readonly LabelFilter[] {
  if (order === 'likely-wrong' && filter.suspicion === undefined) return [{ ...filter, suspicion: 'any' }];
  if (order === 'most-changed' && filter.change === undefined) return OVERLAPPING.map((change) => ({ ...filter, change }));
  return [filter];
}
