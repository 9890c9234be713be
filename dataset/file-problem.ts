/** The `code` of a file system error, or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file cannot be used, as a short stable code and a sentence. */
export interface FileProblem {
  readonly reason: string;
  readonly detail: string;
}

/** What a failed look at a file means to its user. */
export function fileProblem(path: string, error: unknown): FileProblem {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { reason: 'absent', detail: `there is no file ${JSON.stringify(path)}` };
  const why = error instanceof Error ? error.message : String(error);
  return { reason: 'unreadable', detail: `the file ${JSON.stringify(path)} cannot be read: ${why}` };
}
