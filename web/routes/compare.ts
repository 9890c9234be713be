import { Hono } from 'hono';
import { expectation, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import type { Answers } from '../contract/addresses.ts';
import type { Site } from '../site.ts';
import { changeExample, changeFilterOf } from './change-examples.ts';
import { comparisonOf } from './comparison.ts';
import { labeledRound, labeledRounds } from './labeled-rounds.ts';
import { consecutiveChanges, distantChanges, type RoundChanges } from './round-changes.ts';

const EXAMPLES = 24;

/** Two rounds of the run side by side. */
export function compareRoutes({ folder: { path }, read }: Site): Hono {
  const routes = new Hono();
  const known = new KnownChanges();
  routes.get('/api/compare', async (context) => {
    const [from, to] = read((db) => roundsOf(db, context.req.query()));
    const { counts } = await read((db) => known.of(db, from, to));
    return context.json<Answers['/api/compare']>(read((db) => comparisonOf(db, path, from, to, counts)));
  });
  routes.get('/api/compare/examples', async (context) => {
    const query = context.req.query();
    const [from, to] = read((db) => roundsOf(db, query));
    const filter = read((db) => changeFilterOf(db, query));
    const changes = await read((db) => known.of(db, from, to));
    const found = changes.examples(filter, EXAMPLES + 1);
    const examples = read((db) => found.slice(0, EXAMPLES).map((ref) => changeExample(db, from, to, ref)));
    return context.json<Answers['/api/compare/examples']>({ examples, more: found.length > EXAMPLES });
  });
  return routes;
}

/** The two last rounds where none are named. Throws USAGE_NO_ROUND, USAGE_ROUND_ORDER. */
function roundsOf(db: RunDatabase, { a, b }: Readonly<Record<string, string | undefined>>): readonly [from: number, to: number] {
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

/** Distant rounds are compared once, until people have said more or a round is selected anew. */
class KnownChanges {
  #last: { readonly key: string; readonly changes: Promise<RoundChanges>; readonly asked: AbortController } | null = null;

  async of(db: RunDatabase, from: number, to: number): Promise<RoundChanges> {
    if (to === from + 1) return consecutiveChanges(db, to);
    const key = JSON.stringify([from, to, db.rounds.byIndex(to)?.selection, db.verdicts.count()]);
    if (this.#last?.key === key) return this.#last.changes;
    // Who asks for other rounds does not wait for those any more.
    this.#last?.asked.abort();
    const asked = new AbortController();
    const changes = distantChanges(db, from, to, asked.signal);
    this.#last = { key, changes, asked };
    changes.catch(() => {
      if (this.#last?.asked === asked) this.#last = null;
    });
    return changes;
  }
}
