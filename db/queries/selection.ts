import type { PredictionId } from '../../core/index.ts';

/** What became of a prediction. `open`: its round's selection has not come to it yet. */
export type Selection =
  | { readonly status: 'open' }
  | { readonly status: 'kept'; readonly reason: string; readonly weight: number; readonly previous: PredictionId | null }
  | { readonly status: 'dropped'; readonly reason: string; readonly previous: PredictionId | null };

/** A row of pseudo_labels, or the nulls of a LEFT JOIN that found none. */
export interface SelectionColumns {
  readonly status: 'kept' | 'dropped' | null;
  readonly reason: string | null;
  readonly weight: number | null;
  readonly previous: PredictionId | null;
}

export function selectionOf({ status, reason, weight, previous }: SelectionColumns): Selection {
  if (status === null || reason === null || weight === null) return { status: 'open' };
  return status === 'kept' ? { status, reason, weight, previous } : { status, reason, previous };
}
