import type { ResolvedConfig } from '../../config/index.ts';
import type { ModelId } from '../../core/index.ts';
import type { RunDatabase, RunPoint } from '../../db/index.ts';
import { firstContext, type RunContext } from '../machine/machine.ts';
import type { RunState } from '../machine/machine-state.ts';
import { bestPoint } from '../training/validations.ts';

/** Its name among those of the database: maskAp. */
type Metric = ResolvedConfig['promote']['metric'];

/** The state of a machine that stands at the beginning of a stage. Scores are read again: they may be those of another metric. */
export function stateAt(db: RunDatabase, { context }: RunState, metric: Metric, { round, stage }: RunPoint): RunState {
  const row = db.rounds.byIndex(round);
  const teacher = row?.teacher ?? null;
  const student = stage === 'evaluate' || stage === 'promote' ? (row?.student ?? null) : null;
  return {
    value: stage,
    context: {
      ...firstContext(context),
      ...{ round, stage, teacher, student },
      teacherScore: scoreOf(db, teacher, metric),
      studentScore: stage === 'promote' ? scoreOf(db, student, metric) : null,
    },
  };
}

/** The same state under settings that may compare models by another metric. */
export function rescored(db: RunDatabase, { value, context }: RunState, metric: Metric): RunState {
  const { teacher, student, studentScore } = context;
  const scores: Pick<RunContext, 'teacherScore' | 'studentScore'> = {
    teacherScore: scoreOf(db, teacher, metric),
    studentScore: studentScore === null ? null : scoreOf(db, student, metric),
  };
  return { value, context: { ...context, ...scores } };
}

/** What the evaluation of a model's round said of it; null where nothing did. */
function scoreOf(db: RunDatabase, model: ModelId | null, metric: Metric): number | null {
  const row = model === null ? undefined : db.models.byId(model);
  return row === undefined ? null : (bestPoint(db.metrics.curve(row.round, metric))?.value ?? null);
}
