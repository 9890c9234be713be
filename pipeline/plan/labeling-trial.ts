import { type Arrangement, chooseArrangement, describeArrangement } from '../processes/arrangement.ts';
import { LabelerSession } from '../processes/labeler-session.ts';
import type { LabelerSettings } from '../processes/labeler-settings.ts';
import type { DetectionOutcome, PictureFile } from '../processes/messages.ts';

export interface LabelingWork {
  readonly model: string;
  readonly settings: LabelerSettings;
  /** Some of the pictures, one or more; they are looked at again and again. */
  readonly pictures: readonly PictureFile[];
  /** How many the run would label. */
  readonly count: number;
  /** Aborted: the trial ends early. */
  readonly stop: AbortSignal;
}

/** How labelers did on some of the pictures, from files to answers. */
export interface LabelingSpeed {
  readonly picturesPerSecond: number;
  /** From the start of the processes until all of them have answered once. */
  readonly startMs: number;
  /** Above the floor. */
  readonly predictionsPerPicture: number;
  readonly processes: number;
  /** The largest of the processes. */
  readonly processMb: number;
  readonly how: string;
  /** What people should know of how the model runs. */
  readonly notes: readonly string[];
}

/** How long each process works once it is warm. */
const TRIAL_MS = 2500;

/**
 * Lets labelers work on some of the pictures for a while, arranged as the run would arrange them: what was found before for the model is
 * taken, and what is found now is kept. Throws what a labeler reports of the model, and ENVIRONMENT_CHILD_*.
 */
export async function tryLabeling(work: LabelingWork): Promise<LabelingSpeed> {
  const { model, settings, count } = work;
  const choice = await chooseArrangement({ model, settings, count });
  const { arrangement } = choice;
  const sessions = Array.from({ length: arrangement.processes }, () => new LabelerSession({ model, settings, arrangement }));
  const end = () => Promise.all(sessions.map((session) => session.end()));
  work.stop.addEventListener('abort', end, { once: true });
  try {
    work.stop.throwIfAborted();
    const startedMs = performance.now();
    const warmUps = await Promise.all(sessions.map((session, at) => warmUp(session, work, at)));
    const startMs = performance.now() - startedMs;
    const stretches = await Promise.all(sessions.map((session, at) => look(session, work, arrangement, at)));
    return {
      ...togetherOf(stretches),
      startMs,
      processes: sessions.length,
      processMb: Math.max(...sessions.map(({ rssMb }) => rssMb)),
      how: describeArrangement(choice),
      notes: [...new Set(warmUps.flat())],
    };
  } finally {
    work.stop.removeEventListener('abort', end);
    await end();
  }
}

/** The first pictures plan and take memory. @returns the labeler's notes */
async function warmUp(session: LabelerSession, { pictures }: LabelingWork, at: number): Promise<readonly string[]> {
  const { notes } = await session.open();
  session.send(turn(pictures, at, 1));
  await session.receive();
  return notes;
}

/** What one labeler did, and how long it took. */
interface Stretch {
  readonly pictures: number;
  readonly predictions: number;
  readonly elapsedMs: number;
}

/** Keeps a labeler busy as the pool does: a request that is worked on, and one that waits. */
async function look(session: LabelerSession, { pictures }: LabelingWork, { batch }: Arrangement, at: number): Promise<Stretch> {
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const outcomes: DetectionOutcome[] = [];
  let next = at * batch;
  do {
    while (session.takesMore && elapsedMs() < TRIAL_MS) {
      session.send(turn(pictures, next, batch));
      next += batch;
    }
    for (const [, outcome] of await session.receive()) outcomes.push(outcome);
  } while (session.busy);
  const predictions = outcomes.reduce((sum, outcome) => sum + (outcome.status === 'detected' ? outcome.detections.length : 0), 0);
  return { pictures: outcomes.length, predictions, elapsedMs: elapsedMs() };
}

/** So many pictures from a place on, round and round. */
const turn = (pictures: readonly PictureFile[], from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ place: from + at, picture: pictures[(from + at) % pictures.length], deaths: 0 }));

function togetherOf(stretches: readonly Stretch[]): Pick<LabelingSpeed, 'picturesPerSecond' | 'predictionsPerPicture'> {
  const total = (pick: (stretch: Stretch) => number) => stretches.reduce((sum, stretch) => sum + pick(stretch), 0);
  return {
    picturesPerSecond: total(({ pictures, elapsedMs }) => (1000 * pictures) / elapsedMs),
    predictionsPerPicture: total(({ predictions }) => predictions) / total(({ pictures }) => pictures),
  };
}
