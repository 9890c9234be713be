import { type ActionId, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';

/** Actions that were undone are few, and the last ones of all. */
const SEARCHED = 1000;

/** What people did last that was not undone. @throws SelfpasteError USAGE_NO_ACTION */
export function lastStanding(db: RunDatabase): ActionId {
  const last = db.verdicts.actions(SEARCHED).find(({ state }) => state.is === 'done');
  if (last !== undefined) return last.id;
  throw new SelfpasteError(
    'USAGE_NO_ACTION',
    'Expected an action that stands, got none: nobody decided anything, or all of it was undone',
    'list what people did with `selfpaste labels history`',
  );
}
