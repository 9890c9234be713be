import type { ModelId } from '../../core/index.ts';
import type { RunDatabase, Subset } from '../../db/index.ts';
import { isSingleLook, testTimeOff } from '../../teacher/index.ts';
import { type LabelingFile, labelingFile, labelingModel } from '../measuring/model-detections.ts';
import type { PictureFile, TrainRequest } from '../processes/messages.ts';
import type { StageContext } from '../stages/stage.ts';
import { prepareTraining } from '../training/round-training.ts';
import { tryLabeling } from './labeling-trial.ts';
import type { PlannedRound } from './planned-rounds.ts';
import type { ModelSpeed, Speeds } from './time-estimate.ts';
import { tryTraining } from './training-trial.ts';

/** What a run begins with, in a folder that is thrown away. */
export interface Beginning {
  readonly context: StageContext;
  readonly rounds: readonly PlannedRound[];
  /** The given teacher. */
  readonly given: ModelId | null;
  /** What the first training of the run would be asked for. */
  readonly request: TrainRequest;
  readonly importMs: number;
  /** Of a trained student, a picture. */
  readonly expectedPredictions: number;
}

/** The first training of a run, as its round would prepare it. */
export const firstTraining = (context: StageContext, given: ModelId | null): Promise<TrainRequest> =>
  prepareTraining(context, { round: given === null ? 0 : 1, teacher: given });

/** Lets the run's own processes work for some seconds each, on its own pictures. */
export async function measureSpeeds({ context, rounds, given, request, importMs, expectedPredictions }: Beginning): Promise<Speeds> {
  const trains = rounds.some(({ stages }) => stages.includes('train'));
  const training = trains ? await tryTraining(request, context.stop) : null;
  const givenSpeed = given === null ? null : await modelSpeed(context, await labelingModel(context, given));
  const student = await labelingFile(context, request.initialModel);
  const busy = { ...student, settings: { ...student.settings, floor: 0, maxDetections: expectedPredictions } };
  return { importMs, training, given: givenSpeed, student: trains ? await modelSpeed(context, busy) : null };
}

async function modelSpeed(context: StageContext, { file, settings }: LabelingFile): Promise<ModelSpeed> {
  const { db, stop } = context;
  const { unlabeled, validation } = db.images.count();
  const labeled = unlabeled > 0 ? 'unlabeled' : 'validation';
  const count = unlabeled > 0 ? unlabeled : validation;
  const labeling = await tryLabeling({ model: file, settings, pictures: somePictures(db, labeled), count, stop });
  if (isSingleLook(settings.testTime)) return { labeling, measuring: labeling };
  const single = { ...settings, testTime: testTimeOff };
  const pictures = somePictures(db, 'validation');
  return { labeling, measuring: await tryLabeling({ model: file, settings: single, pictures, count: validation, stop }) };
}

const MOST_PICTURES = 48;

/** Evenly over the subset: folders are often sorted by what their pictures show. */
function somePictures(db: RunDatabase, subset: Subset): readonly PictureFile[] {
  const every = Math.ceil(db.images.count()[subset] / MOST_PICTURES);
  return Array.from(db.images.ofSubset(subset), ({ id, path }) => ({ id, path })).filter((_, at) => at % every === 0);
}
