import { SelfpasteError } from '../../core/index.ts';

/** So many processes in a row that end without getting anything done end the work: what ends them does not pass by itself. */
export const FRUITLESS_STARTS = 3;
/** The wait before another process starts, for each that was fruitless: what ended the last one, as memory that others hold, may pass. */
export const RESTART_MS = 500;

/** Whether it is the process that ended or hung, and not its work that failed: another one may do better. */
export const isProcessFailure = (error: unknown): error is SelfpasteError =>
  error instanceof SelfpasteError && error.code.startsWith('ENVIRONMENT_CHILD_');
