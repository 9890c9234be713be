import { type ActionId, expectation, SelfpasteError } from '../core/index.ts';
import type { Connection } from './connection.ts';
import type { Signature } from './stored-verdicts.ts';

/** What a person does at once. */
export interface ActionFacts extends Signature {
  /** What was asked for: ids, a query, the file of an import. */
  readonly subject: string;
}

export type ActionState = { readonly is: 'done' } | { readonly is: 'undone'; readonly by: string; readonly atMs: number };

/** What a person did, and how many verdicts and donations it holds. */
export interface ActionRow extends ActionFacts {
  readonly id: ActionId;
  readonly state: ActionState;
  readonly verdicts: Readonly<Record<'accepted' | 'rejected' | 'corrected' | 'drawn' | 'withdrawn', number>>;
  readonly donations: number;
}

type Counts = ActionRow['verdicts'];
type Row = ActionFacts & Counts & { readonly id: ActionId; readonly donations: number } & UndoneColumns;

type UndoneColumns = { readonly undoneBy: string; readonly undoneAtMs: number } | { readonly undoneBy: null; readonly undoneAtMs: null };

/** The record of what people did. */
export class Actions {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @param key a name that no other action has; null for none */
  add({ who, why, subject, atMs }: ActionFacts, key: string | null = null): ActionId {
    const insert = 'INSERT INTO actions (who, why, subject, at_ms, key) VALUES (?, ?, ?, ?, ?)';
    return this.#connection.run(insert, [who, why, subject, atMs, key]).id as ActionId;
  }

  withKey(key: string): ActionRow | undefined {
    const row = this.#connection.get<Row>(`${ACTIONS} WHERE a.key = ?`, [key]);
    return row && fromRow(row);
  }

  /** Newest first. @param before the action that the page before ended with; undefined for the first page */
  latest(limit: number, before: ActionId | undefined): ActionRow[] {
    const page = `${ACTIONS} WHERE a.id < ? ORDER BY a.id DESC LIMIT ?`;
    return this.#connection.all<Row>(page, [before ?? Number.MAX_SAFE_INTEGER, limit]).map(fromRow);
  }

  /** @throws SelfpasteError USAGE_NO_ACTION, USAGE_ACTION_UNDONE */
  requireDone(id: ActionId): void {
    const row = this.#connection.get<UndoneColumns>('SELECT undone_by AS undoneBy, undone_at_ms AS undoneAtMs FROM actions WHERE id = ?', [
      id,
    ]);
    if (!row) throw noAction(id);
    const state = stateOf(row);
    if (state.is === 'undone') throw alreadyUndone(id, state);
  }

  markUndone(id: ActionId, { who, atMs }: Pick<Signature, 'who' | 'atMs'>): void {
    this.#connection.run('UPDATE actions SET undone_by = ?, undone_at_ms = ? WHERE id = ?', [who, atMs, id]);
  }
}

const count = (verdict: keyof Counts): string =>
  `(SELECT count(*) FROM verdicts v WHERE v.action_id = a.id AND v.verdict = '${verdict}') AS ${verdict}`;
const ACTIONS = `SELECT a.id, a.who, a.why, a.subject, a.at_ms AS atMs, a.undone_by AS undoneBy, a.undone_at_ms AS undoneAtMs,
  ${count('accepted')}, ${count('rejected')}, ${count('corrected')}, ${count('drawn')}, ${count('withdrawn')},
  (SELECT count(DISTINCT d.verdict_id) FROM donations d WHERE d.action_id = a.id) AS donations FROM actions a`;

function fromRow(row: Row): ActionRow {
  const { id, who, why, subject, atMs, donations, undoneBy, undoneAtMs, ...verdicts } = row;
  return { id, who, why, subject, atMs, state: stateOf(row), verdicts, donations };
}

function stateOf({ undoneBy, undoneAtMs }: UndoneColumns): ActionState {
  return undoneBy === null ? { is: 'done' } : { is: 'undone', by: undoneBy, atMs: undoneAtMs };
}

function noAction(id: ActionId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_ACTION',
    expectation('action', 'the number of an action of this run', id),
    'list what people did with `selfpaste labels history`',
  );
}

/** An action that was taken back before. */
function alreadyUndone(id: ActionId, { by, atMs }: Extract<ActionState, { is: 'undone' }>): SelfpasteError {
  return new SelfpasteError(
    'USAGE_ACTION_UNDONE',
    `Expected an action that still stands, got action ${id}, which ${by} undid on ${new Date(atMs).toISOString()}`,
    'list what people did with `selfpaste labels history`',
  );
}

/** An action about whose labels a later one stands. */
export function builtOn(id: ActionId, later: ActionId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_ACTION_BUILT_ON',
    `Expected an action that no later one builds on, got action ${id}: action ${later} decided about the same labels since`,
    `undo the later one first: \`selfpaste labels undo ${later}\``,
  );
}
