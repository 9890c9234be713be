import type { Connection } from './connection.ts';
import { firstRoundBehind, type RunPoint, rewind } from './rewinding.ts';
import type { RunDatabase } from './run-database.ts';
import type { RunFacts } from './runs.ts';

/** Guards of what never changes in a run. A fork is a new run: it leaves behind what comes after the point where it begins. */
const GUARDS = [
  'predictions_stay',
  'candidate_sets_stay',
  'verdicts_stay',
  'actions_stay',
  'donations_stay',
  'donations_keep',
  'donations_keep_facts',
];

/**
 * Makes the copy of a run's database the database of a fork, all or nothing: rows behind the point go away, and with them what people said
 * of predictions that are no more; what they drew stays. The diary begins anew, but for changes of settings: they hold for the rounds that
 * the fork makes anew.
 * @param to where the fork begins; null where the run is
 */
export function beginFork(db: RunDatabase, to: RunPoint | null, facts: RunFacts): void {
  const { connection } = db;
  connection.transaction(() => {
    if (to !== null) withoutGuards(connection, () => leaveBehind(connection, to));
    connection.run("DELETE FROM events WHERE kind <> 'settings-changed'");
    if (to !== null) bringForward(connection, firstRoundBehind(to, 'train'));
    for (const table of ['snapshots', 'notices']) connection.run(`DELETE FROM ${table}`);
    db.runs.replace(facts);
  });
  connection.execute('VACUUM');
}

function leaveBehind(connection: Connection, to: RunPoint): void {
  connection.run('UPDATE rounds SET policy = NULL, frozen_at_ms = NULL WHERE idx >= ?', [firstRoundBehind(to, 'select')]);
  forgetVerdicts(connection, firstRoundBehind(to, 'label'));
  keepDonations(connection);
  rewind(connection, to);
}

/** A change that came later in the run holds from the first round on that the fork trains. */
function bringForward(connection: Connection, round: number): void {
  connection.run("UPDATE events SET data = json_set(data, '$.firstRound', :round) WHERE json_extract(data, '$.firstRound') > :round", {
    round,
  });
}

/** About predictions of a round and those after it. */
function forgetVerdicts(connection: Connection, round: number): void {
  const lost = 'prediction_id IN (SELECT id FROM predictions WHERE round >= :round)';
  connection.run(`DELETE FROM donations WHERE verdict_id IN (SELECT id FROM verdicts WHERE ${lost})`, { round });
  connection.run(`DELETE FROM drawn_labels WHERE verdict_id IN (SELECT id FROM verdicts WHERE ${lost})`, { round });
  connection.run(`DELETE FROM verdicts WHERE ${lost}`, { round });
  connection.run('DELETE FROM actions WHERE id NOT IN (SELECT action_id FROM verdicts) AND id NOT IN (SELECT action_id FROM donations)');
}

/** Rounds that the fork makes anew have the donors that stand now: none of them counts as frozen. */
function keepDonations(connection: Connection): void {
  const lastFrozen = '(SELECT coalesce(max(idx), 0) FROM rounds WHERE frozen_at_ms IS NOT NULL)';
  connection.run(
    `UPDATE donations SET from_round = min(from_round, ${lastFrozen} + 1), until_round = min(until_round, ${lastFrozen})
     WHERE from_round > ${lastFrozen} + 1 OR until_round > ${lastFrozen}`,
  );
}

/** Triggers are part of the schema, so they are back whatever becomes of the work: it is one transaction. */
function withoutGuards(connection: Connection, work: () => void): void {
  const guards = connection
    .all<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
    .filter(({ name }) => GUARDS.includes(name));
  for (const { name } of guards) connection.execute(`DROP TRIGGER ${name}`);
  work();
  for (const { sql } of guards) connection.execute(sql);
}
