import type { Answers } from '../../contract/addresses.ts';
import { read } from '../client.ts';
import { addressOf } from '../location.ts';

/** Long enough for the next steps, and short enough that a run that goes on is seen to. */
const FRESH_MS = 30_000;
const MOST_ANSWERS = 60;

interface Kept {
  readonly atMs: number;
  readonly answer: Promise<unknown>;
}

const kept = new Map<string, Kept>();

/** An answer of the server, kept for the next steps. Throws as `read`. */
export function answer<Path extends keyof Answers>(
  path: Path,
  query: Readonly<Record<string, string | number | null>> = {},
): Promise<Answers[Path]> {
  const address = addressOf(path, query);
  const known = kept.get(address);
  if (known !== undefined && performance.now() - known.atMs < FRESH_MS) return known.answer as Promise<Answers[Path]>;
  const asked = read(path, query);
  kept.delete(address);
  kept.set(address, { atMs: performance.now(), answer: asked });
  for (const [oldest] of [...kept].slice(0, -MOST_ANSWERS)) kept.delete(oldest);
  asked.catch(() => kept.delete(address));
  return asked;
}

/** What was kept may no longer hold: somebody decided something. */
export const forgetAnswers = (): void => kept.clear();
