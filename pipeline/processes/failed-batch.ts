import { join } from 'node:path';
import { readTrainingSet, type SamplePlan, samplePlanner } from '../../augment/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { type Checkpoint, encodeCheckpoint } from '../../student/index.ts';
import { type SampleFiles, sampleFiles } from '../training/sample-files.ts';
import type { TrainRequest } from './messages.ts';

/** The batch that ended a training, and all that it takes to train on it again. */
export interface FailedBatch {
  readonly round: number;
  readonly step: number;
  /** File beside this one: weights, averages and moments before the step. */
  readonly checkpoint: string;
  readonly slots: readonly FailedSlot[];
}

interface FailedSlot {
  readonly plan: SamplePlan;
  readonly files: SampleFiles;
}

/**
 * Saves the batch of the step that a training stopped at, because too many had no finite loss.
 * @param checkpoint of the trainer as it stopped: a step that was left out changed no weight
 * @returns the error, with a hint that says where to look
 */
export async function saveFailedBatch(
  request: TrainRequest,
  step: number,
  checkpoint: Checkpoint,
  error: SelfpasteError,
): Promise<SelfpasteError> {
  const { checkpointFolder, round } = request;
  const name = `failed-step-${step}.checkpoint`;
  const file = join(checkpointFolder, `failed-batch-step-${step}.json`);
  const slots = await slotsOf(request, step);
  await writeFileAtomic(join(checkpointFolder, name), encodeCheckpoint({ ...checkpoint, step }));
  await writeFileAtomic(file, `${JSON.stringify({ round, step, checkpoint: name, slots } satisfies FailedBatch, null, 2)}\n`);
  const replay = `selfpaste augment replay --round ${round} --step ${step} --slot 0`;
  return new SelfpasteError(
    error.code,
    error.message,
    `look at the batch with \`${replay}\` (its pictures and plans are in ${file}); ${error.hint}`,
    error,
  );
}

async function slotsOf({ trainingSetFile, seed, round, recipe, settings }: TrainRequest, step: number): Promise<FailedSlot[]> {
  const set = await readTrainingSet(trainingSetFile);
  const plan = samplePlanner({ seed, round, batchSize: settings.batchSize, recipe, set });
  return Array.from({ length: settings.batchSize }, (_, slot) => {
    const planned = plan(step, slot);
    return { plan: planned, files: sampleFiles(planned, set) };
  });
}
