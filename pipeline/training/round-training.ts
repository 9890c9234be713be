import { writeTrainingSet } from '../../augment/index.ts';
import { trainingSet } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import type { RoundInput } from '../machine/machine.ts';
import type { TrainRequest } from '../processes/messages.ts';
import type { StageContext } from '../stages/stage.ts';
import { initialStudent } from './initial-student.ts';
import { recipeOf, trainSettingsOf } from './student-plan.ts';

/** Writes what the trainer reads: the untrained student, and the training set, a pure function of the database. */
export async function prepareTraining(context: StageContext, input: RoundInput): Promise<TrainRequest> {
  const { config, db, folder } = context;
  const { backend, threads, deterministic, workers, checkpointSteps, validateSteps } = config.train;
  const { round } = input;
  const spec = await initialStudent(context, input);
  await writeTrainingSet(folder.trainingSet(round), trainingSet(db, round));
  commitPoint('training-set-written');
  return {
    kind: 'train',
    ...{ backend, threads, deterministic, workers, checkpointSteps, validateSteps, round },
    seed: config.seed,
    trainingSetFile: folder.trainingSet(round),
    initialModel: folder.initialStudent(round),
    interimFile: folder.interimStudent(round),
    checkpointFolder: folder.checkpoints(round),
    resumeFrom: null,
    settings: trainSettingsOf(config, spec),
    recipe: recipeOf(config, spec),
  };
}
