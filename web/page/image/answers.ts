import type { Answers } from '../../contract/addresses.ts';
import { read } from '../client.ts';
import { decisions } from '../decide/decisions.ts';
import { addressOf } from '../location.ts';

/** Long enough for the next steps, and short enough that a run that goes on is seen to. */
const FRESH_MS = 30_000;
const MOST_ANSWERS = 60;

interface Kept {
  readonly atMs: number;
  /** What was written here when it was asked for: it tells of no later decision. */
  readonly writes: number;
  readonly answer: Promise<unknown>;
}

const kept = new Map<string, Kept>();

/** An answer of the server, kept for the next steps until something is decided. Throws as `read`. */
export function answer<Path extends keyof Answers>(
  path: Path,
  query: Readonly<Record<string, string | number | null>> = {},
): Promise<Answers[Path]> {
  const address = addressOf(path, query);
  const [known, writes, atMs] = [kept.get(address), decisions.writes.peek(), performance.now()];
  if (known?.writes === writes && atMs - known.atMs < FRESH_MS) return known.answer as Promise<Answers[Path]>;
  const asked = read(path, query);
  kept.delete(address);
  kept.set(address, { atMs, writes, answer: asked });
  for (const [oldest] of [...kept].slice(0, -MOST_ANSWERS)) kept.delete(oldest);
  asked.catch(() => kept.get(address)?.answer === asked && kept.delete(address));
  return asked;
}

/** What was kept may no longer hold: somebody else decided something, or the server was away. */
export const forgetAnswers = (): void => kept.clear();
