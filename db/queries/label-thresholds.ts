import type { CategoryId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** Where a round has no policy yet. */
const DEFAULT_THRESHOLD = 0.5;

/** What this room reads of a policy; the rest of it is `pseudo/`'s. */
interface Thresholds {
  readonly score?: number;
  readonly scoreByCategory?: Readonly<Record<string, number>>;
}

/** The least score that each category needed in the round: that of its frozen policy, else 0.5. */
export function thresholdsOf(db: RunDatabase, round: number): (category: CategoryId) => number {
  const selection = db.rounds.byIndex(round)?.selection;
  const { score = DEFAULT_THRESHOLD, scoreByCategory = {} }: Thresholds =
    selection?.state === 'frozen' ? (selection.policy as Thresholds) : {};
  return (category) => scoreByCategory[category] ?? score;
}
