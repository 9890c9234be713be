import type { RunOwner } from '../db/index.ts';
import { type CurrentState, clockTime } from '../pipeline/index.ts';
import { duration, printable } from './print.ts';

/** What becomes of a run at a moment, for people. */
export function stateText(state: CurrentState, nowMs: number): string {
  if (state.kind === 'finished') return 'finished';
  const place = `round ${state.round}, ${state.stage}`;
  switch (state.kind) {
    case 'running':
      return place;
    case 'paused':
      return `paused in ${place}; go on with \`selfpaste resume\``;
    case 'waiting': {
      const wait = `${clockTime(state.untilMs)}, in ${duration(Math.max(0, state.untilMs - nowMs))}`;
      return `waiting until ${wait}, to try ${place} again (failure ${state.failures}): ${printable(state.why)}`;
    }
    case 'interrupted':
      return `not running, in ${place}${state.why === null ? '' : ` (${printable(state.why)})`}; go on with \`selfpaste resume\``;
  }
}

/** Who owns a run; null for nobody, and for a process that is gone. */
export function ownerText(owner: RunOwner | null): string | null {
  if (owner === null || owner.state === 'dead') return null;
  const { pid, host, since, beatAgeMs, state } = owner;
  const doubt = state === 'unknown' ? ', whether it lives cannot be seen from here' : '';
  return `owner: process ${pid} on ${printable(host)} since ${since}, last sign of life ${duration(beatAgeMs)} ago${doubt}`;
}
