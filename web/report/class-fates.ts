import { labelStats, type RunDatabase } from '../../db/index.ts';
import type { RoundClasses } from '../contract/report.ts';

/** A longer table is read by nobody. */
const MOST_CLASSES = 100;

/** What became of each class's predictions in a round; nothing for a round without any. */
export function classFates(db: RunDatabase, round: number): readonly RoundClasses[] {
  const { categories } = labelStats(db, round);
  if (categories.every(({ predictions, drawn }) => predictions + drawn === 0)) return [];
  const seen = categories.flatMap(({ name, truths, predictions, kept, drawn, dropped }, classIndex) =>
    truths + predictions + drawn === 0 ? [] : [{ name, classIndex, humanLabels: truths, predictions, kept, drawn, dropped }],
  );
  const most = new Set(seen.toSorted((a, b) => b.predictions - a.predictions || a.classIndex - b.classIndex).slice(0, MOST_CLASSES));
  return [{ round, classes: seen.filter((one) => most.has(one)), leftOut: seen.length - most.size }];
}
