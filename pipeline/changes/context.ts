import type { ModelId } from '../../core/index.ts';
import type { RunPoint } from '../../db/index.ts';
import { firstContext, type RunContext } from '../machine/machine.ts';
import type { RunState } from '../machine/machine-state.ts';
import { studentStep } from '../training/student-step.ts';
import type { ChangeContext } from './owned-run.ts';

/** The settings that the run's database speaks of, and those that come. */
type Change = Pick<ChangeContext, 'db' | 'before' | 'after'>;

/** The state of a machine that stands at the beginning of a stage. Scores are read again: they may be those of another metric. */
export function stateAt(change: Change, { context }: RunState, { round, stage }: RunPoint): RunState {
  const row = change.db.rounds.byIndex(round);
  const teacher = row?.teacher ?? null;
  const student = stage === 'evaluate' || stage === 'promote' ? (row?.student ?? null) : null;
  return {
    value: stage,
    context: {
      ...firstContext(context),
      ...{ round, stage, teacher, student },
      teacherScore: scoreOf(change, teacher),
      studentScore: stage === 'promote' ? scoreOf(change, student) : null,
    },
  };
}

/** The same state under settings that may compare models by another metric. */
export function rescored(change: Change, { value, context }: RunState): RunState {
  const { teacher, student, studentScore } = context;
  const scores: Pick<RunContext, 'teacherScore' | 'studentScore'> = {
    teacherScore: scoreOf(change, teacher),
    studentScore: studentScore === null ? null : scoreOf(change, student),
  };
  return { value, context: { ...context, ...scores } };
}

/** What the evaluation of a model's round said of it; null where nothing did. */
function scoreOf({ db, before, after }: Change, model: ModelId | null): number | null {
  const row = model === null ? undefined : db.models.byId(model);
  const step = row === undefined ? null : studentStep(db, before, row.round);
  return row === undefined || step === null ? null : (db.metrics.at(row.round, step)[after.promote.metric] ?? null);
}
