import { expectation, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';

/** Rounds that have begun to label, by index. */
export const labeledRounds = (db: RunDatabase): readonly number[] =>
  db.rounds.all().flatMap(({ index }) => (db.labeling.labeled(index).next().done ? [] : [index]));

/**
 * The round that an address names, or the last one that labeled.
 * @throws SelfpasteError USAGE_NO_ROUND
 */
export function labeledRound(db: RunDatabase, asked: string | undefined, name = 'round'): number {
  const rounds = labeledRounds(db);
  const found = asked === undefined ? rounds.at(-1) : rounds.find((round) => String(round) === asked);
  if (found !== undefined) return found;
  throw new SelfpasteError(
    'USAGE_NO_ROUND',
    expectation(name, `a round that has labels (${rounds.join(', ') || 'none yet'})`, asked ?? 'none'),
    'choose another round, or wait until one has begun to label',
  );
}
