import type { ErrorFacts } from '../../core/index.ts';

/** A stage that failed for a reason that may pass. Data, not a timer: it outlives the process. */
export interface Retry {
  /** Tries of this stage that failed in a row. */
  readonly failures: number;
  readonly waitMs: number;
  /** When the stage is tried again, Unix time in ms. */
  readonly dueMs: number;
  readonly failure: ErrorFacts;
}

/** What a later try may not meet again; all else, as bad data or a defect, would only fail again. */
const PASSING: ReadonlySet<string> = new Set([
  'ENVIRONMENT_CHILD_DIED',
  'ENVIRONMENT_CHILD_STALLED',
  'ENVIRONMENT_SAMPLE_WORKER_DIED',
  'ENVIRONMENT_DATABASE_BUSY',
  'ENVIRONMENT_DISK_FULL',
]);

export const mayPass = (failure: Pick<ErrorFacts, 'code'>): boolean => PASSING.has(failure.code);

/**
 * The next wait, or null where none is left or the failure cannot pass.
 * @param waits in s, one a try
 * @param before the wait before this failure of the same stage; null for its first
 */
export function nextRetry(before: Retry | null, failure: ErrorFacts, waits: readonly number[], nowMs: number): Retry | null {
  const failures = (before?.failures ?? 0) + 1;
  const wait = waits[failures - 1];
  if (wait === undefined || !mayPass(failure)) return null;
  const waitMs = 1000 * wait;
  return { failures, waitMs, dueMs: nowMs + waitMs, failure };
}

/** What is left of a wait, in ms: never more than the whole, should the clock have been set back meanwhile. */
export const remainingMs = ({ waitMs, dueMs }: Retry, nowMs: number): number => Math.min(waitMs, Math.max(0, dueMs - nowMs));
