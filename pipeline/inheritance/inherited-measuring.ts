import type { ImageId, ModelId } from '../../core/index.ts';
import type { ModelRow, RunDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import type { LabelingModel } from '../measuring/model-detections.ts';
import type { StageContext } from '../stages/stage.ts';
import { sameModel } from './known-labels.ts';
import { type ParentRun, withParents } from './parent-run.ts';
import { readsSameSettings, sameValidation, sharedImages } from './same-data.ts';

/** The parent's row of a model that it measured under the same settings on the same validation pictures; null where it did not. */
export async function measuredModel(context: StageContext, parent: ParentRun, own: ModelRow): Promise<ModelRow | null> {
  const model = sameModel(parent, own);
  if (model === null || !parent.db.calibrations.has(model.id)) return null;
  const isSame = readsSameSettings('evaluate', own.round, parent, context.config) && (await sameValidation(context, parent.db));
  return isSame ? model : null;
}

/** Takes over what a model is worth where a parent measured the same one. All of it or nothing, and once; a student's numbers come with its training. */
export function takeOverMeasuring(context: StageContext, { row }: LabelingModel): Promise<void> {
  return withParents(context, async (parents) => {
    for (const parent of parents) {
      if (context.db.calibrations.has(row.id)) return;
      const model = await measuredModel(context, parent, row);
      if (model !== null) await copyMeasuring(context, parent, row, model);
    }
  });
}

async function copyMeasuring(context: StageContext, parent: ParentRun, own: ModelRow, there: ModelRow): Promise<void> {
  const images = await sharedImages(context, 'validation', parent.db);
  context.db.transaction(() => {
    if (own.role === 'given') copyMetrics(context.db, parent, own.round);
    copyCalibration(context.db, parent, { own: own.id, there: there.id }, images);
  });
  commitPoint('calibration-recorded');
  const text = `what the model of round ${own.round} is worth is taken over from ${parent.name}`;
  context.emit({ kind: 'note', round: own.round, level: 'info', text });
}

/** All numbers of a round, of its training and of its measurings, whose categories are the same. In a transaction. */
export function copyMetrics(db: RunDatabase, parent: ParentRun, round: number): void {
  for (const step of parent.db.metrics.steps(round)) {
    db.metrics.record(round, step, parent.db.metrics.at(round, step));
    db.classMetrics.record(round, step, parent.db.classMetrics.at(round, step));
  }
}

/** @param images by their ids here and there */
function copyCalibration(
  db: RunDatabase,
  parent: ParentRun,
  model: { readonly own: ModelId; readonly there: ModelId },
  images: ReadonlyMap<ImageId, ImageId>,
): void {
  const here = new Map(Array.from(images, ([own, there]) => [there, own]));
  for (const { image, ...calibration } of parent.db.calibrations.ofModel(model.there)) {
    const own = here.get(image);
    if (own !== undefined) db.calibrations.record(model.own, own, calibration);
  }
}
