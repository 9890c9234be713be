import { type ActionRow, drawnBy, type RunDatabase } from '../../db/index.ts';

const MOST_NAMES = 5;

/** What an action holds, for people: `2 accepted, 1 drawn (d7)`. */
export function actionText(db: RunDatabase, { id, verdicts, donations }: ActionRow): string {
  const counts = Object.entries({ ...verdicts, donated: donations }).filter(([, count]) => count > 0);
  const text = counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  const drawn = verdicts.drawn === 0 ? [] : drawnBy(db, id).map((one) => `d${one.drawn}`);
  return drawn.length === 0
    ? text
    : `${text} (${[...drawn.slice(0, MOST_NAMES), ...(drawn.length > MOST_NAMES ? ['...'] : [])].join(' ')})`;
}
