import { computed } from '@preact/signals';
import type { LiveState } from '../contract/run.ts';
import { connection, liveState } from './live.ts';

/** What the head of every view says of the run. */
export interface RunSummary {
  readonly name: string;
  /** For people: `round 1, train 45 %`, `paused in round 1, label`, ... */
  readonly state: string;
}

export const runSummary = computed<RunSummary | null>(() => {
  const now = liveState.value;
  if (now === null) return null;
  const lost = connection.value.state === 'lost' ? ' (connection lost)' : '';
  return { name: now.name, state: `${stateWords(now)}${lost}` };
});

/** What becomes of a run at a moment, in a few words. */
export function stateWords({ state, progress }: Pick<LiveState, 'state' | 'progress'>): string {
  if (state.kind === 'finished') return 'finished';
  const share = progress === null || progress.total === 0 ? '' : ` ${Math.floor((100 * progress.done) / progress.total)} %`;
  const place = `round ${state.round}, ${state.stage}`;
  if (state.kind === 'running') return `${place}${share}`;
  if (state.kind === 'interrupted') return `not running, in ${place}`;
  return state.kind === 'paused' ? `paused in ${place}` : `waiting to try ${place} again`;
}
