import type { ResolvedConfig } from '../../config/index.ts';
import type { RunStatus } from '../../db/index.ts';
import type { CurrentState } from './run-state.ts';

/** How far the current stage came, as the database knows it. */
export interface StageProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'pictures' | 'steps';
}

/** Null for stages that are over soon, and where nothing is under way. */
export function stageProgress({ run, rounds }: Pick<RunStatus, 'run' | 'rounds'>, state: CurrentState): StageProgress | null {
  if (run === undefined || state.kind === 'finished') return null;
  const status = rounds.find(({ round }) => round.index === state.round);
  if (status === undefined) return null;
  if (state.stage === 'train') {
    const { steps } = (run.config as ResolvedConfig).train;
    return { done: status.trainedSteps ?? 0, total: steps, unit: 'steps' };
  }
  if (state.stage !== 'label') return null;
  const { done, failed, pending } = status.labeling;
  return { done: done + failed, total: done + failed + pending, unit: 'pictures' };
}
