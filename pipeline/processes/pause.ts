import { setTimeout } from 'node:timers/promises';

/** Waits for a while, or until one of the signals is aborted. */
export async function pause(durationMs: number, ...signals: readonly AbortSignal[]): Promise<void> {
  try {
    await setTimeout(durationMs, undefined, { signal: AbortSignal.any([...signals]) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
  }
}
