import type { ErrorFacts } from '../../core/index.ts';
import type { EventRow, RunOwner, RunStatus, SnapshotRow } from '../../db/index.ts';
import type { Place } from '../machine/machine.ts';
import { type RunState, restoredState } from '../machine/machine-state.ts';
import type { Retry } from '../machine/retry.ts';

/** Where in a run something stands. */
interface Standing {
  readonly round: number;
  readonly stage: Place;
}

/** What becomes of a run at a moment. */
export type CurrentState =
  | ({ readonly kind: 'running' | 'paused' } & Standing)
  /** A stage failed and is tried again at `untilMs` (Unix time). */
  | ({ readonly kind: 'waiting'; readonly untilMs: number; readonly failures: number; readonly why: string } & Standing)
  /** No process owns the run; `why` is what it said last of its end, null where it could say nothing. */
  | ({ readonly kind: 'interrupted'; readonly why: string | null } & Standing)
  | { readonly kind: 'finished' };

type Written = Pick<RunStatus, 'snapshot' | 'rounds' | 'events'>;

/** What was written of a run and who owns it, in one word and what belongs to it. */
export function runState(written: Written, owner: RunOwner | null, nowMs: number): CurrentState {
  const { value, round, stage, retry } = lastState(written);
  if (value === 'finished') return { kind: 'finished' };
  // An owner that cannot be told from a dead one is another host's, and has shown no life for longer than its lease.
  if (owner?.state !== 'alive') return { kind: 'interrupted', round, stage, why: whyEnded(written.events) };
  if (value === 'paused') return { kind: 'paused', round, stage };
  if (value !== 'waiting' || retry === null || retry.dueMs <= nowMs) return { kind: 'running', round, stage };
  return { kind: 'waiting', round, stage, untilMs: retry.dueMs, failures: retry.failures, why: retry.failure.message };
}

interface LastState extends Standing {
  readonly value: string;
  readonly retry: Retry | null;
}

/** The machine's own word; of a run that has none that this version knows, what its last round says. */
function lastState({ snapshot, rounds }: Written): LastState {
  const state = snapshot && rememberedState(snapshot);
  if (state) return { value: state.value, ...state.context };
  const last = rounds.at(-1)?.round;
  const stage = (last?.stage ?? 'import') as Place;
  return { value: stage, round: last?.index ?? 0, stage, retry: null };
}

/** Undefined for what another version's machine wrote. */
function rememberedState(snapshot: SnapshotRow): RunState | undefined {
  try {
    return restoredState(snapshot);
  } catch {
    return undefined;
  }
}

/** The reason that the run gave for its end, unless it went on since then. */
function whyEnded(events: readonly EventRow[]): string | null {
  for (const { kind, data } of events) {
    if (kind === 'run-stopped') return (data as { readonly why: string }).why;
    if (kind === 'run-failed') return (data as { readonly error: ErrorFacts }).error.message;
    if (['run-started', 'run-resumed', 'stage-started'].includes(kind)) return null;
  }
  return null;
}
