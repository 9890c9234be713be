import type { CategoryId } from '../core/index.ts';
import type { LvisMatches } from './lvis-matches.ts';
import type { CocoMatches } from './matches.ts';
import { iouThresholds } from './matching.ts';
import { groupCurves } from './numbers.ts';
import { everyImageOnce, recallPoints } from './precision.ts';
import type { MaskAndBox } from './report.ts';

/** Precision over recall of one category, or of all where they are not told apart. */
export interface PrecisionRecall {
  readonly category: CategoryId | 'all';
  /**
   * For each of `iouThresholds` the precision, 0..1, at each of `recallPoints`: the highest that some score gives with at least that
   * recall, 0 where none does. Empty where there is no truth to find.
   */
  readonly curves: readonly (readonly number[])[]; // (10, 101)
}

/** The curves that average precision is the mean of, in the order of the categories. */
export function precisionRecall(matches: CocoMatches | LvisMatches): readonly PrecisionRecall[] {
  const weights = everyImageOnce(matches.images);
  return matches.groups.map((group, at) => {
    const category = matches.protocol === 'lvis' ? matches.categories[at].id : (matches.categories[at] ?? 'all');
    return { category, curves: groupCurves(group, weights) };
  });
}

/** Curves as CSV: for each of masks and boxes, category, IoU threshold and recall point the precision. */
export function curvesCsv({ mask, box }: MaskAndBox<readonly PrecisionRecall[]>): string {
  const lines = [...curveLines('mask', mask), ...curveLines('box', box)];
  return ['measured,category,iou,recall,precision', ...lines, ''].join('\n');
}

function curveLines(measured: string, categories: readonly PrecisionRecall[]): readonly string[] {
  return categories.flatMap(({ category, curves }) =>
    curves.flatMap((curve, t) =>
      curve.map((precision, at) => [measured, category, iouThresholds[t].toFixed(2), recallPoints[at].toFixed(2), precision].join(',')),
    ),
  );
}
