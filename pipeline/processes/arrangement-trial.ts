import type { Arrangement, ArrangementTask } from './arrangement.ts';
import { LabelerSession } from './labeler-session.ts';

/** How an arrangement did. */
export interface ArrangementTrial {
  readonly arrangement: Arrangement;
  readonly picturesPerSecond: number;
  /** The largest of its processes. */
  readonly processMb: number;
  /** Whether the model takes any number of pictures a run. */
  readonly anyBatch: boolean;
}

/** How long each process of a trial works. */
const TRIAL_MS = 900;

/** Starts the processes of an arrangement and lets all of them run the model at once, without decoding. Throws as {@link LabelerSession} does. */
export async function measureArrangement({ model, settings }: ArrangementTask, arrangement: Arrangement): Promise<ArrangementTrial> {
  const sessions = Array.from({ length: arrangement.processes }, () => new LabelerSession({ model, settings, arrangement }));
  try {
    const [{ batch }] = await Promise.all(sessions.map((session) => session.open()));
    const rates = await Promise.all(sessions.map((session) => session.measure(batch ?? arrangement.batch, TRIAL_MS)));
    return {
      arrangement,
      picturesPerSecond: rates.reduce((sum, { picturesPerSecond }) => sum + picturesPerSecond, 0),
      processMb: Math.max(...rates.map(({ rssMb }) => rssMb)),
      anyBatch: batch === null,
    };
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}
