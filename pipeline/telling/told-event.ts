import type { Stage } from '../machine/machine.ts';
import type { RunEvent } from '../progress.ts';

/** Where in a run something happens; null before its first stage. */
export interface RunPlace {
  readonly round: number | null;
  readonly stage: Stage | null;
}

export const NOWHERE: RunPlace = { round: null, stage: null };

/** Where an event happens: events that do not say so happen where the run was last. */
export function placeOf(event: RunEvent, before: RunPlace): RunPlace {
  if ('stage' in event) return { round: event.round, stage: event.stage };
  return 'round' in event && event.round !== null ? { ...before, round: event.round } : before;
}

/** What an event says beside its kind and place, as JSON data; its numbers are not nested. */
export function toldFacts(event: RunEvent): Readonly<Record<string, unknown>> {
  const { kind: _kind, round: _round, stage: _stage, level: _level, text: _text, facts, ...rest } = { ...NONE, ...event };
  return { ...rest, ...facts };
}

/** What some events have and others lack. */
const NONE = { round: null, stage: null, level: null, text: null, facts: {} } as const;
