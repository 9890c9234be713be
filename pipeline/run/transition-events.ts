import type { RunSnapshot, Stage } from '../machine/machine.ts';
import type { RunEvent } from '../progress.ts';

/**
 * What people are told of a step of the machine.
 * @param before null for the first state of a process
 * @param who asked last for something
 */
export function transitionEvents(before: RunSnapshot | null, now: RunSnapshot, who: string, nowMs: number): readonly RunEvent[] {
  return [...roundEnd(before, now), ...pauses(before, now, who), ...waits(now, nowMs), ...failure(now)];
}

function roundEnd(before: RunSnapshot | null, now: RunSnapshot): readonly RunEvent[] {
  const ended = before?.value === 'promote' && (now.value === 'label' || now.value === 'finished');
  if (!ended) return [];
  const { round, studentScore, teacherScore } = before.context;
  const promoted = now.value === 'label' || now.context.promoted;
  return [{ kind: 'round-finished', round, promoted, facts: { student: studentScore, teacher: teacherScore } }];
}

function pauses(before: RunSnapshot | null, now: RunSnapshot, who: string): readonly RunEvent[] {
  const [was, paused] = [before?.value === 'paused', now.value === 'paused'];
  if (was === paused || now.status !== 'active') return [];
  // Paused only ever comes after a stage, and before one.
  const [round, stage] = [now.context.round, now.context.stage as Stage];
  return [{ kind: paused ? 'run-paused' : 'run-continued', round, stage, who }];
}

/** A wait that is over already, as that of a run resumed late, is no news. */
function waits({ value, context: { retry, round, stage, waits: tries } }: RunSnapshot, nowMs: number): readonly RunEvent[] {
  if (value !== 'waiting' || retry === null || retry.dueMs <= nowMs) return [];
  const { failures, dueMs, failure } = retry;
  return [{ kind: 'run-waiting', round, stage: stage as Stage, failures, tries: tries.length, untilMs: dueMs, error: failure }];
}

function failure({ value, context: { failure: error } }: RunSnapshot): readonly RunEvent[] {
  return value === 'failed' && error !== null ? [{ kind: 'run-failed', error }] : [];
}
