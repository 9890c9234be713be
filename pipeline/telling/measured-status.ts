import type { ResolvedConfig } from '../../config/index.ts';
import { type RoundStatus, type RunDatabase, type RunStatus, runStatus, type Validation } from '../../db/index.ts';
import { studentStep } from '../training/student-step.ts';

/** A run at a glance, with the students of its rounds. */
export interface MeasuredStatus extends RunStatus {
  readonly rounds: readonly MeasuredRound[];
}

export interface MeasuredRound extends RoundStatus {
  /** Of the student that the round hands on, or would by now; null where none was measured. */
  readonly studentStep: number | null;
}

/** Reads all of it in one transaction of its own view, as {@link runStatus}. */
export function measuredStatus(db: RunDatabase): MeasuredStatus {
  return db.view(() => {
    const { rounds, ...status } = runStatus(db);
    const config = status.run?.config as ResolvedConfig | undefined;
    const stepOf = ({ round, validations }: RoundStatus): number | null =>
      config === undefined || validations.length === 0 ? null : studentStep(db, config, round.index);
    return { ...status, rounds: rounds.map((round) => ({ ...round, studentStep: stepOf(round) })) };
  });
}

/** What the student of a round was measured; undefined where none was. */
export function studentValidation({ validations, studentStep: chosen }: MeasuredRound): Validation | undefined {
  return validations.find(({ step }) => step === chosen);
}
