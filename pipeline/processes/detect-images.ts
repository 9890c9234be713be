import { chooseArrangement, describeArrangement } from './arrangement.ts';
import { LabelerPool } from './labeler-pool.ts';
import type { LabelerSettings, Tell } from './labeler-settings.ts';
import type { DetectionOutcome, PictureFile } from './messages.ts';

export interface DetectionWork {
  readonly model: string;
  readonly settings: LabelerSettings;
  readonly images: Iterable<PictureFile>;
  /** How many these are. */
  readonly count: number;
  /** Aborted: the pictures on their way are finished, no more are sent. */
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

/**
 * Detects objects in pictures with labeler processes; outcomes come in the order of the pictures, whatever the number of processes.
 * Says how the machine is used, what runs the model where that is not what was asked for, and which process had to be started again.
 * Throws what a labeler reports of the model, or ENVIRONMENT_CHILD_* where no process stays alive.
 */
export async function* detectImages(work: DetectionWork): AsyncGenerator<DetectionOutcome> {
  if (work.count === 0 || work.stop.aborted) return;
  const choice = await chooseArrangement(work);
  work.tell('info', describeArrangement(choice));
  yield* new LabelerPool({ ...work, arrangement: choice.arrangement }).outcomes();
}
