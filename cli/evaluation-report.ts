import type { CategoryId } from '../core/index.ts';
import type { CocoTruths } from '../dataset/index.ts';
import {
  bootstrap,
  type CategoryEvaluation,
  curvesCsv,
  type Detection,
  type IouType,
  iouThresholds,
  type LvisCategoryEvaluation,
  lvisReportText,
  type MaskAndBox,
  matchImages,
  matchLvisImages,
  type PrecisionRecall,
  precisionRecall,
  recallPoints,
  reportText,
  summarize,
  summarizeLvis,
} from '../eval/index.ts';
import type { LvisTruths } from './lvis-truths.ts';
import { type Cell, table } from './print.ts';

/** What `selfpaste eval` has to say, by COCO's rules or by LVIS's. */
export interface EvaluationReport {
  readonly pair: MaskAndBox<ClassEvaluations>;
  readonly intervals: MaskAndBox<object> | undefined;
  readonly text: string;
  curves(): MaskAndBox<readonly PrecisionRecall[]>;
}

interface ClassEvaluations {
  readonly perCategory: readonly (CategoryEvaluation | LvisCategoryEvaluation)[];
}

type DetectionsByImage = ReadonlyMap<number, readonly Detection[]>;

/** @param resamples of the images for intervals; none without it. */
export function cocoReport({ categories, images }: CocoTruths, detections: DetectionsByImage, resamples?: number): EvaluationReport {
  const paired = images.map(({ cocoId, truths }) => ({ truths, detections: detections.get(cocoId) ?? [] }));
  const ids = categories.map(({ id }) => id);
  const matches = forBoth((iouType) => matchImages(paired, ids, iouType));
  const pair = ofBoth(matches, summarize);
  const intervals = resamples === undefined ? undefined : ofBoth(matches, (side) => bootstrap(side, { resamples }));
  return { pair, intervals, text: reportText(pair, intervals), curves: () => ofBoth(matches, precisionRecall) };
}

/** The same by LVIS's rules. */
export function lvisReport({ categories, images }: LvisTruths, detections: DetectionsByImage, resamples?: number): EvaluationReport {
  const paired = images.map((image) => ({ ...image, detections: detections.get(image.cocoId) ?? [] }));
  const matches = forBoth((iouType) => matchLvisImages(paired, categories, iouType));
  const pair = ofBoth(matches, summarizeLvis);
  const intervals = resamples === undefined ? undefined : ofBoth(matches, (side) => bootstrap(side, { resamples }));
  return { pair, intervals, text: lvisReportText(pair, intervals), curves: () => ofBoth(matches, precisionRecall) };
}

const forBoth = <Value>(measure: (iouType: IouType) => Value): MaskAndBox<Value> => ({ mask: measure('segm'), box: measure('bbox') });

const ofBoth = <Value, Result>({ mask, box }: MaskAndBox<Value>, make: (value: Value) => Result): MaskAndBox<Result> => ({
  mask: make(mask),
  box: make(box),
});

const columns: Readonly<Record<string, string>> = {
  frequency: 'frequency',
  truths: 'objects',
  ap: 'AP',
  ap50: 'AP50',
  ap75: 'AP75',
  apSmall: 'APs',
  apMedium: 'APm',
  apLarge: 'APl',
  ar1: 'AR1',
  ar10: 'AR10',
  ar100: 'AR100',
  ar300: 'AR300',
  arSmall: 'ARs',
  arMedium: 'ARm',
  arLarge: 'ARl',
};

/** A line for each class with all its numbers; `-` where there was no truth to find. */
export function classTable({ perCategory }: ClassEvaluations, names: ReadonlyMap<CategoryId, string>): string {
  const [first] = perCategory;
  const metrics = Object.keys(columns).filter((metric) => first !== undefined && metric in first);
  const rows = perCategory.map((row): Cell[] => {
    const cells = row as unknown as Readonly<Record<string, Cell>>;
    return [names.get(row.category), ...metrics.map((metric) => cells[metric])];
  });
  return table(['class', ...metrics.map((metric) => columns[metric])], rows);
}

/** Curves as text: CSV has a line for each point, JSON a list of precisions for each class and IoU threshold. */
export function curvesText(curves: MaskAndBox<readonly PrecisionRecall[]>, format: 'csv' | 'json'): string {
  return format === 'csv' ? curvesCsv(curves) : `${JSON.stringify({ iouThresholds, recallPoints, ...curves })}\n`;
}
