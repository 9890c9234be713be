import type { ResolvedConfig } from '../../config/index.ts';
import type { MeasuredClass, RunDatabase, RunStatus } from '../../db/index.ts';
import { studentNumbers } from '../measuring/measured-numbers.ts';

/** What the student of a round is worth class by class, on the validation set. */
export interface MeasuredClasses {
  readonly round: number;
  /** Of the student that the round hands on, or would by now. */
  readonly step: number;
  /** By class index. */
  readonly classes: readonly NamedClass[];
}

export interface NamedClass extends MeasuredClass {
  readonly name: string;
}

/** Those of the last round in which a student was measured. Null where none was, or by a version that kept no numbers by class. */
export function measuredClasses(db: RunDatabase, { run, rounds }: Pick<RunStatus, 'run' | 'rounds'>): MeasuredClasses | null {
  const last = rounds.findLast(({ validations }) => validations.length > 0);
  if (run === undefined || last === undefined) return null;
  const round = last.round.index;
  const numbers = studentNumbers(db, run.config as ResolvedConfig, round);
  if (numbers === null || numbers.classes.length === 0) return null;
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  return { round, step: numbers.step, classes: numbers.classes.map((one) => ({ ...one, name: names.get(one.category) ?? '' })) };
}
