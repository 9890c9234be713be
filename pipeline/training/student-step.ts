import type { ResolvedConfig } from '../../config/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { metricOfRound } from '../changes/past-settings.ts';
import { bestPoint } from './validations.ts';

/**
 * The step of the student that a round hands on, or would by now: the best by the metric that held when the round was trained, by whatever
 * students are compared since.
 * @param config the settings of the run as they are now
 * @returns null where none was measured
 */
export function studentStep(db: RunDatabase, config: ResolvedConfig, round: number): number | null {
  return bestPoint(db.metrics.curve(round, metricOfRound(db, config, round)))?.step ?? null;
}
