import type { ResolvedConfig } from '../config/index.ts';
import { type CategoryId, type ClassIndex, expectation, type ModelId, type Prediction, SelfpasteError } from '../core/index.ts';
import type { ModelRow } from '../db/index.ts';
import { type ClassMap, type ClassMatching, type Detection, mapClasses, readContract } from '../teacher/index.ts';
import type { LabelerSettings } from './processes/labeler-settings.ts';
import type { StageContext } from './stages/stage.ts';

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

/** Detections in the data set's categories; those of classes that it does not have are left out. */
export function toPredictions(detections: readonly Detection[], classes: ReadonlyMap<ClassIndex, CategoryId>): Prediction[] {
  return detections.flatMap(({ classIndex, score, box, mask }) => {
    const category = classes.get(classIndex);
    return category === undefined ? [] : [{ category, score, box, mask }];
  });
}
