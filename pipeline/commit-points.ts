import process from 'node:process';

/**
 * Every moment at which something of a run has just become durable, or has just gone, named for what happened; about in the order in which
 * a round comes by. A run may be killed in any of them and must end as one that was not.
 */
export const COMMIT_POINTS = [
  'run-owned',
  'run-recorded',
  'event-recorded',
  'snapshot-committed',
  'image-imported',
  'stage-time-recorded',
  'given-model-registered',
  'initial-student-written',
  'training-set-written',
  'checkpoint-file-written',
  'checkpoint-row-recorded',
  'old-checkpoint-file-removed',
  'old-checkpoint-row-removed',
  'progress-recorded',
  'interim-student-written',
  'interim-student-kept',
  'metrics-recorded',
  'student-copied',
  'student-registered',
  'step-student-removed',
  'calibration-recorded',
  'best-model-copied',
  'notice-tried',
  'notice-settled',
  'garbage-file-removed',
  'garbage-row-removed',
  'attempt-recorded',
  'image-selected',
  'drift-recorded',
  'round-frozen',
  'request-taken',
] as const;
export type CommitPoint = (typeof COMMIT_POINTS)[number];

/** A point, and in which of its passes: `checkpoint-row-recorded`, or `checkpoint-row-recorded:3` for the third one of a process. */
const [killedAt, pass = '1'] = (process.env.SELFPASTE_KILL_AT ?? '').split(':');
let passesLeft = Number(pass);

/** Ends the process here, as a power cut would, where the environment variable SELFPASTE_KILL_AT asks for that; else does nothing. */
export function commitPoint(name: CommitPoint): void {
  if (name === killedAt && --passesLeft === 0) endAtOnce();
}

function endAtOnce(): never {
  process.kill(process.pid, 'SIGKILL');
  // Not one more instruction of the program, should the signal take its time.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
