import type { ResolvedConfig } from '../../config/index.ts';
import {
  type CategoryId,
  type ClassIndex,
  expectation,
  type MaskOverlaps,
  type ModelId,
  type Prediction,
  SelfpasteError,
} from '../../core/index.ts';
import type { ModelRow } from '../../db/index.ts';
import { type ClassMap, type ClassMatching, mapClasses, readContract } from '../../teacher/index.ts';
import type { LabelerSettings } from '../processes/labeler-settings.ts';
import type { DetectedObjects } from '../processes/messages.ts';
import type { StageContext } from '../stages/stage.ts';

/** A model's file, ready to label: its classes in the data set's categories, and how its output is read. */
export interface LabelingFile {
  readonly file: string;
  readonly classes: ClassMap;
  readonly settings: LabelerSettings;
}

/** The same of a model that the run's database knows. */
export interface LabelingModel extends LabelingFile {
  readonly row: ModelRow;
}

/** Throws MODEL_CLASS_MISMATCH where the model knows none of the categories. */
export async function labelingModel(
  { db, config, folder }: Pick<StageContext, 'db' | 'config' | 'folder'>,
  id: ModelId,
): Promise<LabelingModel> {
  const row = db.models.byId(id);
  if (row === undefined)
    throw new SelfpasteError(
      'DATA_NO_MODEL',
      expectation('model', 'a model of this run', id),
      'start a new run: the database does not belong to this folder',
    );
  const matching = row.role === 'given' ? config.teacher : undefined;
  return { row, ...(await labelingFile({ db, config }, folder.located(row.path), matching)) };
}

/** @param matching how its classes become categories where they are not the run's own. Throws MODEL_CLASS_MISMATCH. */
export async function labelingFile(
  { db, config }: Pick<StageContext, 'db' | 'config'>,
  file: string,
  matching?: ClassMatching,
): Promise<LabelingFile> {
  const { classNames } = await readContract(file);
  return { file, classes: mapClasses(classNames, db.categories.all(), matching), settings: labelerSettings(config) };
}

export function labelerSettings({ teacher, data: { maxPixels } }: ResolvedConfig): LabelerSettings {
  const { model: _model, match: _match, classes: _classes, ...settings } = teacher;
  return { ...settings, maxPixels };
}

/** What a model claims of a picture, and which masks of that overlap. */
export interface PicturePredictions {
  readonly predictions: readonly Prediction[];
  readonly overlaps: MaskOverlaps;
}

/** Detections in the data set's categories, in their order; those of classes that it does not have are left out. */
export function toPredictions({ detections, overlaps }: DetectedObjects, classes: ReadonlyMap<ClassIndex, CategoryId>): PicturePredictions {
  const predictions: Prediction[] = [];
  const placeOf = detections.map(({ classIndex, ...facts }) => {
    const category = classes.get(classIndex);
    return category === undefined ? null : predictions.push({ category, ...facts }) - 1;
  });
  return { predictions, overlaps: overlapsAt(overlaps, placeOf) };
}

/** The pairs of which both masks have a place, by their places. @param placeOf ascending; null for masks that are left out */
function overlapsAt({ first, second, iou }: MaskOverlaps, placeOf: readonly (number | null)[]): MaskOverlaps {
  const pairs = [...first.keys()].flatMap((pair) => {
    const [from, to] = [placeOf[first[pair]], placeOf[second[pair]]];
    return from === null || to === null ? [] : [{ from, to, iou: iou[pair] }];
  });
  return {
    first: Uint32Array.from(pairs, ({ from }) => from),
    second: Uint32Array.from(pairs, ({ to }) => to),
    iou: Float32Array.from(pairs, (pair) => pair.iou),
  };
}
