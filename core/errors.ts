/** What the caller of the program can do about an error decides its exit code. */
export const ExitCode = { ok: 0, bug: 1, usage: 2, environment: 3, guard: 4, interrupted: 130 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * Codes of every error that a user can cause.
 * USAGE_*, CONFIG_*, DATA_*, MODEL_* exit with 2; ENVIRONMENT_* with 3; GUARD_* with 4; INTERRUPTED with 130.
 */
export type ErrorCode =
  | `${'USAGE' | 'CONFIG' | 'DATA' | 'MODEL' | 'ENVIRONMENT' | 'GUARD'}_${Uppercase<string>}`
  | 'INTERRUPTED'
  | 'BAD_VALUE';

/** An error with a code for support, a sentence that says what was wrong, and a hint that says what to do. */
export class SelfpasteError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  /** @param message what was expected, for which name, what came. @param hint what to do; starts with a verb. */
  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SelfpasteError';
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): ExitCode {
    if (this.code === 'INTERRUPTED') return ExitCode.interrupted;
    if (this.code === 'BAD_VALUE') return ExitCode.bug;
    if (this.code.startsWith('ENVIRONMENT_')) return ExitCode.environment;
    if (this.code.startsWith('GUARD_')) return ExitCode.guard;
    return ExitCode.usage;
  }
}

/** A value that our own code passed wrongly: `Expected <what> for <name>, got <value> (<type>)`. */
export function badValue(name: string, expected: string, value: unknown): SelfpasteError {
  return new SelfpasteError('BAD_VALUE', expectation(name, expected, value), 'report this: it is a defect of selfpaste');
}

/** The one form of sentence for a value that is not what it should be. */
export function expectation(name: string, expected: string, value: unknown): string {
  return `Expected ${expected} for ${name}, got ${show(value)} (${typeName(value)})`;
}

/** An error as plain data, for snapshots, rows and messages between processes. */
export interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly stack?: string;
}

export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof SelfpasteError)
    return { code: error.code, message: error.message, hint: error.hint, ...(error.stack ? { stack: error.stack } : {}) };
  if (error instanceof Error)
    return {
      code: 'BUG',
      message: error.message,
      hint: 'report this: it is a defect of selfpaste',
      ...(error.stack ? { stack: error.stack } : {}),
    };
  return { code: 'BUG', message: String(error), hint: 'report this: it is a defect of selfpaste' };
}

/** The error that {@link errorFacts} described, in another process. */
export function errorFromFacts(facts: ErrorFacts): Error {
  if (facts.code !== 'BUG') return new SelfpasteError(facts.code as ErrorCode, facts.message, facts.hint);
  const error = new Error(facts.message);
  if (facts.stack) error.stack = facts.stack;
  return error;
}

function show(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
