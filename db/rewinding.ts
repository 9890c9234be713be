import type { Connection } from './connection.ts';
import type { RunDatabase } from './run-database.ts';

/** Stages whose rows can be taken back, in the order of a round. The import is not among them: another data set is another database. */
const STAGES = ['adopt', 'label', 'select', 'train', 'evaluate', 'promote'] as const;

/** The beginning of a stage. */
export interface RunPoint {
  readonly round: number;
  readonly stage: (typeof STAGES)[number];
}

/**
 * Brings the rows back to what they were at the beginning of a stage, all or nothing. What never changes is not touched: predictions and
 * frozen selections behind that point are an error of the caller's, which the triggers that guard them refuse.
 */
export function rewindRun({ connection }: RunDatabase, to: RunPoint): void {
  connection.transaction(() => rewind(connection, to));
}

/** For the room's own files: as {@link rewindRun}, inside a transaction. */
export function rewind(connection: Connection, to: RunPoint): void {
  const from = (stage: RunPoint['stage']) => firstRoundBehind(to, stage);
  forgetSelections(connection, from('select'));
  forgetPredictions(connection, from('label'));
  forgetMeasuring(connection, from('evaluate'));
  forgetTraining(connection, from('train'));
  // Round 0 takes a teacher or trains one: it begins anew with either.
  if (from('train') === 0) forgetGivenModels(connection);
  for (const stage of STAGES) connection.run('DELETE FROM stage_times WHERE stage = ? AND round >= ?', [stage, from(stage)]);
  connection.run('DELETE FROM rounds WHERE idx > ?', [to.round]);
  connection.run('UPDATE rounds SET stage = ?, finished_at_ms = NULL, promoted = NULL WHERE idx = ?', [to.stage, to.round]);
}

/** The first round whose rows of a stage lie behind a point. */
export const firstRoundBehind = (to: RunPoint, stage: RunPoint['stage']): number =>
  STAGES.indexOf(stage) >= STAGES.indexOf(to.stage) ? to.round : to.round + 1;

/** Decisions first: as they go, triggers take them from the sums and the marks. */
function forgetSelections(connection: Connection, round: number): void {
  for (const table of ['selections', 'pseudo_labels', 'drawn_labels', 'label_changes', 'suspicions'])
    connection.run(`DELETE FROM ${table} WHERE round >= ?`, [round]);
  for (const table of ['selection_counts', 'kept_areas']) connection.run(`DELETE FROM ${table} WHERE round >= ?`, [round]);
  connection.run('UPDATE rounds SET drift = NULL, drift_accepted_at_ms = NULL WHERE idx >= ?', [round]);
}

/** Sums reach up to the last prediction that was summed: ids begin behind those that stay. */
function forgetPredictions(connection: Connection, round: number): void {
  for (const table of ['candidate_sets', 'predictions', 'label_attempts', 'score_sums', 'area_sums', 'label_marks', 'mark_counts'])
    connection.run(`DELETE FROM ${table} WHERE round >= ?`, [round]);
  connection.run('UPDATE summed SET until_prediction = min(until_prediction, (SELECT coalesce(max(id), 0) FROM predictions))');
}

/** What is measured of a student belongs to its training, and stays; the numbers of a round without one come from here alone. */
function forgetMeasuring(connection: Connection, round: number): void {
  connection.run('DELETE FROM calibration_sets WHERE model_id IN (SELECT id FROM models WHERE round >= ?)', [round]);
  const untrained = "round >= ? AND round NOT IN (SELECT round FROM models WHERE role = 'student')";
  for (const table of ['metrics', 'class_metrics']) connection.run(`DELETE FROM ${table} WHERE ${untrained}`, [round]);
}

function forgetTraining(connection: Connection, round: number): void {
  connection.run(
    `UPDATE rounds SET student_model_id = NULL
     WHERE idx >= ? AND student_model_id IN (SELECT id FROM models WHERE role = 'student')`,
    [round],
  );
  // Rounds behind the point go away, but name these models as their teachers until then.
  connection.run('UPDATE rounds SET teacher_model_id = NULL WHERE idx > ?', [round]);
  connection.run("DELETE FROM models WHERE role = 'student' AND round >= ?", [round]);
  for (const table of ['checkpoints', 'metrics', 'class_metrics']) connection.run(`DELETE FROM ${table} WHERE round >= ?`, [round]);
}

function forgetGivenModels(connection: Connection): void {
  connection.run('UPDATE rounds SET student_model_id = NULL, teacher_model_id = NULL');
  connection.run("DELETE FROM models WHERE role = 'given'");
}
