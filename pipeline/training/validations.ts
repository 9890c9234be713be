import type { MetricPoint } from '../../db/index.ts';

/** What validations decide. Pure functions of the metric's curve, so that a resumed run decides as it did before. */

/** The best point of a curve; of equals the one that trained longest. Null where nothing was measured. */
export function bestPoint(curve: readonly MetricPoint[]): MetricPoint | null {
  return curve.reduce<MetricPoint | null>((best, point) => (best !== null && worth(point) < worth(best) ? best : point), null);
}

/** Whether so many validations in a row, up to the last one, did not raise the metric; `null` never says so. */
export function hasStalled(curve: readonly MetricPoint[], patience: number | null): boolean {
  if (patience === null) return false;
  const best = Math.max(...curve.map(worth));
  return curve.length - 1 - curve.findIndex((point) => worth(point) === best) >= patience;
}

/** A metric that is not defined is worse than any that is. */
const worth = ({ value }: MetricPoint): number => value ?? Number.NEGATIVE_INFINITY;
