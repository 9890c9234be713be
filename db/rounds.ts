import type { ModelId } from '../core/index.ts';
import type { Connection } from './connection.ts';

/** A round under way, or one that ended and whether its student was promoted. */
export type RoundOutcome =
  | { readonly state: 'open' }
  | { readonly state: 'finished'; readonly promoted: boolean; readonly finishedAtMs: number };

/** The selection under a policy (as JSON data): still open to recomputation, or frozen because training started. */
export type RoundSelection =
  | { readonly state: 'open' }
  | { readonly state: 'frozen'; readonly policy: unknown; readonly frozenAtMs: number };

/** How far the round's labels moved from those before (as JSON data), where that was measured, and whether a person accepted it. */
export type RoundDrift =
  | { readonly state: 'unmeasured' }
  | { readonly state: 'measured'; readonly drift: unknown }
  | { readonly state: 'accepted'; readonly drift: unknown; readonly acceptedAtMs: number };

export interface RoundRow {
  /** 0 is the supervised baseline. */
  readonly index: number;
  readonly stage: string;
  readonly teacher: ModelId | null;
  readonly student: ModelId | null;
  readonly selection: RoundSelection;
  readonly drift: RoundDrift;
  readonly startedAtMs: number;
  readonly outcome: RoundOutcome;
}

interface Row {
  readonly idx: number;
  readonly stage: string;
  readonly teacher_model_id: ModelId | null;
  readonly student_model_id: ModelId | null;
  readonly policy: string | null;
  readonly frozen_at_ms: number | null;
  readonly drift: string | null;
  readonly drift_accepted_at_ms: number | null;
  readonly started_at_ms: number;
  readonly finished_at_ms: number | null;
  readonly promoted: 0 | 1 | null;
}

/** The rounds of the run. */
export class Rounds {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Starts a round; one that was started before goes on unchanged. */
  start(index: number, facts: { readonly stage: string; readonly teacher: ModelId | null; readonly startedAtMs: number }): void {
    this.#connection.run(
      `INSERT INTO rounds (idx, stage, teacher_model_id, started_at_ms) VALUES (:index, :stage, :teacher, :startedAtMs)
       ON CONFLICT (idx) DO NOTHING`,
      { ...facts, index },
    );
  }

  enterStage(index: number, stage: string): void {
    this.#connection.run('UPDATE rounds SET stage = ? WHERE idx = ?', [stage, index]);
  }

  /** From here on the round's pseudo-labels cannot change. A round that is frozen already keeps its policy and its time. */
  freeze(index: number, policy: unknown, frozenAtMs: number): void {
    this.#connection.run('UPDATE rounds SET policy = ?, frozen_at_ms = ? WHERE idx = ? AND frozen_at_ms IS NULL', [
      JSON.stringify(policy),
      frozenAtMs,
      index,
    ]);
  }

  /** Remembers how far the round's labels moved. What a person accepted stays accepted: decisions may have come since then. */
  setDrift(index: number, drift: unknown): void {
    this.#connection.run('UPDATE rounds SET drift = ? WHERE idx = ?', [JSON.stringify(drift), index]);
  }

  /** A person accepts the drift of a round. @returns whether there is one */
  acceptDrift(index: number, atMs: number): boolean {
    const { changes } = this.#connection.run('UPDATE rounds SET drift_accepted_at_ms = ? WHERE idx = ? AND drift IS NOT NULL', [
      atMs,
      index,
    ]);
    return changes > 0;
  }

  setStudent(index: number, student: ModelId): void {
    this.#connection.run('UPDATE rounds SET student_model_id = ? WHERE idx = ?', [student, index]);
  }

  finish(index: number, facts: { readonly promoted: boolean; readonly finishedAtMs: number }): void {
    this.#connection.run('UPDATE rounds SET promoted = ?, finished_at_ms = ? WHERE idx = ?', [
      facts.promoted ? 1 : 0,
      facts.finishedAtMs,
      index,
    ]);
  }

  byIndex(index: number): RoundRow | undefined {
    const row = this.#connection.get<Row>('SELECT * FROM rounds WHERE idx = ?', [index]);
    return row && fromRow(row);
  }

  /** By index. */
  all(): RoundRow[] {
    return this.#connection.all<Row>('SELECT * FROM rounds ORDER BY idx').map(fromRow);
  }

  latest(): RoundRow | undefined {
    const row = this.#connection.get<Row>('SELECT * FROM rounds ORDER BY idx DESC LIMIT 1');
    return row && fromRow(row);
  }
}

function fromRow(row: Row): RoundRow {
  return {
    index: row.idx,
    stage: row.stage,
    teacher: row.teacher_model_id,
    student: row.student_model_id,
    selection: selectionOf(row),
    drift: driftOf(row),
    startedAtMs: row.started_at_ms,
    outcome: outcomeOf(row),
  };
}

function selectionOf({ policy, frozen_at_ms }: Row): RoundSelection {
  if (policy === null || frozen_at_ms === null) return { state: 'open' };
  return { state: 'frozen', policy: JSON.parse(policy), frozenAtMs: frozen_at_ms };
}

function driftOf({ drift, drift_accepted_at_ms }: Row): RoundDrift {
  if (drift === null) return { state: 'unmeasured' };
  if (drift_accepted_at_ms === null) return { state: 'measured', drift: JSON.parse(drift) };
  return { state: 'accepted', drift: JSON.parse(drift), acceptedAtMs: drift_accepted_at_ms };
}

function outcomeOf({ finished_at_ms, promoted }: Row): RoundOutcome {
  if (finished_at_ms === null) return { state: 'open' };
  return { state: 'finished', promoted: promoted === 1, finishedAtMs: finished_at_ms };
}
