import type { ResolvedConfig } from '../../config/index.ts';
import type { Stage } from '../machine/machine.ts';

/** A round before it has begun. */
export interface PlannedRound {
  readonly round: number;
  readonly stages: readonly Stage[];
  /** Which model labels in it; null in round 0, where none does. */
  readonly teacher: 'given' | 'student' | null;
  /** Which model is evaluated in it. */
  readonly evaluated: 'given' | 'student';
}

/** The rounds of a run, as if each student were promoted. */
export function plannedRounds({ rounds, data, teacher }: Pick<ResolvedConfig, 'rounds' | 'data' | 'teacher'>): readonly PlannedRound[] {
  const begin = teacher.model === null ? 'student' : 'given';
  const first: PlannedRound = {
    round: 0,
    stages: ['import', begin === 'given' ? 'adopt' : 'train', 'evaluate', 'promote'],
    teacher: null,
    evaluated: begin,
  };
  const later = Array.from({ length: data.unlabeled === null ? 0 : rounds }, (_, index): PlannedRound => {
    const stages = ['label', 'select', 'train', 'evaluate', 'promote'] as const;
    return { round: index + 1, stages, teacher: index === 0 ? begin : 'student', evaluated: 'student' };
  });
  return [first, ...later];
}
