import { Hono } from 'hono';
import { expectation, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import type { Answers } from '../contract/addresses.ts';
import type { Site } from '../site.ts';
import { changeExample, changeFilterOf } from './change-examples.ts';
import { comparisonOf } from './comparison.ts';
import { distantChanges } from './distant-changes.ts';
import { labeledRound, labeledRounds } from './labeled-rounds.ts';
import { consecutiveChanges, EXAMPLES, type RoundChanges } from './round-changes.ts';
import { SharedWork } from './shared-work.ts';

type Rounds = readonly [from: number, to: number];

/** Two rounds of the run side by side. */
export function compareRoutes({ folder: { path }, read }: Site): Hono {
  const routes = new Hono();
  const known = new KnownChanges();
  routes.get('/api/compare', async (context) => {
    const rounds = read((db) => roundsOf(db, context.req.query()));
    const { counts } = await read((db) => known.of(db, rounds, context.req.raw.signal));
    return context.json<Answers['/api/compare']>(read((db) => comparisonOf(db, path, ...rounds, counts)));
  });
  routes.get('/api/compare/examples', async (context) => {
    const query = context.req.query();
    const rounds = read((db) => roundsOf(db, query));
    const filter = read((db) => changeFilterOf(db, query));
    const changes = await read((db) => known.of(db, rounds, context.req.raw.signal));
    const found = changes.examples(filter);
    const examples = read((db) => found.slice(0, EXAMPLES).map((ref) => changeExample(db, ...rounds, ref)));
    return context.json<Answers['/api/compare/examples']>({ examples, more: found.length > EXAMPLES });
  });
  return routes;
}

/** The two last rounds where none are named. Throws USAGE_NO_ROUND, USAGE_ROUND_ORDER. */
function roundsOf(db: RunDatabase, { a, b }: Readonly<Record<string, string | undefined>>): Rounds {
  const to = labeledRound(db, b, 'b');
  const before = labeledRounds(db).filter((round) => round < to);
  const from = labeledRound(db, a ?? before.at(-1)?.toString() ?? String(to), 'a');
  if (from < to) return [from, to];
  throw new SelfpasteError(
    'USAGE_ROUND_ORDER',
    expectation('a', `a round before ${to} that has labels (${before.join(', ') || 'none yet'})`, from),
    before.length === 0 ? 'wait until another round has labeled' : 'name the earlier round first',
  );
}

/** Rounds whose comparison is kept: those that a few people have before them. */
const MOST_COMPARED = 4;

/** Distant rounds are compared once, until people say more, or a round is selected anew. */
class KnownChanges {
  readonly #distant = new SharedWork<RoundChanges>(MOST_COMPARED);

  async of(db: RunDatabase, [from, to]: Rounds, waiter: AbortSignal): Promise<RoundChanges> {
    if (to === from + 1) return consecutiveChanges(db, to);
    const words = [db.verdicts.actions(1), db.verdicts.count()];
    const key = JSON.stringify([from, to, db.rounds.byIndex(to)?.selection, words]);
    return this.#distant.of(key, waiter, (signal) => distantChanges(db, from, to, signal));
  }
}
