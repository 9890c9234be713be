import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AugmentedPicture,
  type AugmentRecipe,
  PictureStore,
  readTrainingSet,
  renderPicture,
  type SamplePlan,
  samplePlanner,
} from '../../augment/index.ts';
import type { ResolvedConfig } from '../../config/index.ts';
import { expectation, type ImageId, SelfpasteError, type Sha256, type TrainingSet } from '../../core/index.ts';
import { openDatabase, type RunDatabase, trainingSet } from '../../db/index.ts';
import { settingsOfRound } from '../changes/past-settings.ts';
import { hashFile } from '../hash-file.ts';
import { runConfigOf } from '../run/run.ts';
import { runFolder } from '../run-folder.ts';
import { importData } from '../stages/import-data.ts';
import { stridesOfFile } from './initial-student.ts';
import { type SampleFiles, sampleFiles } from './sample-files.ts';
import { planStudent, recipeOf } from './student-plan.ts';

/** One training picture: how it was planned, what it became, and which files it was made of. */
export interface TrainingPicture {
  readonly plan: SamplePlan;
  readonly picture: AugmentedPicture;
  readonly files: SampleFiles;
}

/** Draws any training picture of a round. */
export interface TrainingPictures {
  readonly round: number;
  readonly classNames: readonly string[];
  readonly steps: number;
  readonly batchSize: number;
  readonly recipe: AugmentRecipe;
  /** The picture at a step 0..steps-1 and a slot 0..batchSize-1. Throws USAGE_NO_SAMPLE for others. */
  readonly at: (step: number, slot: number) => Promise<TrainingPicture>;
}

/** A picture of the run's data set. */
export interface SourcePicture {
  readonly id: ImageId;
  readonly fileName: string;
  readonly sha256: Sha256;
}

/** Those of a run, which knows where each file is from. */
export interface TrainingPicturesOfRun extends TrainingPictures {
  /** The picture of a file that a training picture was made of; undefined for other files. */
  readonly sourceOf: (file: string) => SourcePicture | undefined;
}

/** Rounds of the run in a folder that have begun to train, by index: what they train on is written then. */
export function trainedRounds(db: RunDatabase, folder: string): readonly number[] {
  const { trainingSet: fileOf } = runFolder(folder);
  return db.rounds.all().flatMap(({ index }) => (existsSync(fileOf(index)) ? [index] : []));
}

/**
 * The pictures that a round of a run trained on, byte for byte, from the training set that was frozen then.
 * @param wanted a round, or null for the last one that trained
 * @throws SelfpasteError USAGE_NOT_TRAINED where that round has not begun to train
 */
export async function trainingPicturesOfRun(db: RunDatabase, folder: string, wanted: number | null): Promise<TrainingPicturesOfRun> {
  const current = runConfigOf(db, folder);
  const { trainingSet: fileOf, initialStudent } = runFolder(folder);
  const trained = trainedRounds(db, folder);
  const round = wanted ?? trained.at(-1);
  if (round === undefined || !trained.includes(round)) throw notTrained(wanted, trained);
  const config = settingsOfRound(db, current, round);
  const recipe = recipeOf(config, { strides: await stridesOfFile(initialStudent(round)) });
  const pictures = trainingPictures(config, recipe, await readTrainingSet(fileOf(round)), round);
  const images = [...db.images.ofSubset('labeled'), ...db.images.ofSubset('unlabeled')];
  const sources = new Map(images.map(({ path, id, fileName, sha256 }) => [path, { id, fileName, sha256 }]));
  const sourceOf = (file: string): SourcePicture | undefined => sources.get(file);
  return { ...pictures, at: (step, slot) => unchanged(pictures.at(step, slot), sourceOf), sourceOf };
}

/** A picture of files whose content is what it was at import. @throws SelfpasteError DATA_CHANGED_PICTURE */
async function unchanged(drawing: Promise<TrainingPicture>, sourceOf: TrainingPicturesOfRun['sourceOf']): Promise<TrainingPicture> {
  const drawn = await drawing;
  for (const file of [drawn.files.main, drawn.files.donor]) {
    if (file !== null && sourceOf(file)?.sha256 !== (await hashFile(file))) throw changed(file);
  }
  return drawn;
}

function changed(file: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_CHANGED_PICTURE',
    `Expected ${file} as it was when it was imported, but its content is another`,
    'put the file back: a picture that was trained on cannot be drawn again without it',
  );
}

/** The pictures that round 0 of a configuration would train on: its labeled ones. Throws what the run would throw. */
export async function trainingPicturesOfConfig(config: ResolvedConfig): Promise<TrainingPictures> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfpaste-preview-'));
  const db = openDatabase(join(scratch, 'selfpaste.db'), { mode: 'create' });
  try {
    await importData({ db, config, folder: runFolder(scratch), emit: () => {}, stop: new AbortController().signal });
    return trainingPictures(config, recipeOf(config, (await planStudent(config, db)).student), trainingSet(db, 0), 0);
  } finally {
    db.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function trainingPictures({ seed, train }: ResolvedConfig, recipe: AugmentRecipe, set: TrainingSet, round: number): TrainingPictures {
  const { steps, batchSize } = train;
  const plan = samplePlanner({ seed, round, batchSize, recipe, set });
  const store = new PictureStore(recipe);
  const at = async (step: number, slot: number): Promise<TrainingPicture> => {
    if (step >= steps || slot >= batchSize) throw noSample(step, slot, steps, batchSize);
    const planned = plan(step, slot);
    return { plan: planned, picture: await renderPicture(planned, set, recipe, store), files: sampleFiles(planned, set) };
  };
  return { round, classNames: set.classNames, steps, batchSize, recipe, at };
}

function notTrained(wanted: number | null, trained: readonly number[]): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NOT_TRAINED',
    expectation('--round', `a round that has begun to train (${trained.join(', ') || 'none yet'})`, wanted ?? 'none'),
    'look at `selfpaste status`; a round whose teacher was given trains nothing',
  );
}

function noSample(step: number, slot: number, steps: number, batchSize: number): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_SAMPLE',
    expectation('--step and --slot', `a step below ${steps} and a slot below ${batchSize}`, `${step}, ${slot}`),
    'choose a step and a slot that were trained on',
  );
}
