/**
 * COCO's and LVIS's measures of detections against human labels. Pure: no files, no clock; chance only by a seed.
 *
 *     const matches = matchImages(images, categories, 'segm');
 *     const { ap, perCategory } = summarize(matches); // or both steps as one: evaluate(images, categories, 'segm')
 *     const { ap: interval } = bootstrap(matches);
 */
export { type BootstrapOptions, bootstrap, type Interval, type Intervals } from './bootstrap.ts';
export type { Detection, IouType, StatedBox, Truth } from './detection.ts';
export { type CategoryEvaluation, type Evaluation, evaluate, summarize } from './evaluation.ts';
export type { MaxDetections } from './group-matches.ts';
export {
  evaluateLvis,
  type LvisCategoryEvaluation,
  type LvisCategoryNumbers,
  type LvisEvaluation,
  type LvisNumbers,
  summarizeLvis,
} from './lvis-evaluation.ts';
export { type Frequency, type LvisCategory, type LvisImage, type LvisMatches, matchLvisImages } from './lvis-matches.ts';
export { type CocoMatches, type EvaluationImage, type EvaluationOptions, matchImages } from './matches.ts';
export { iouThresholds } from './matching.ts';
export type { CocoNumbers } from './numbers.ts';
export { recallPoints } from './precision.ts';
export { curvesCsv, type PrecisionRecall, precisionRecall } from './precision-recall.ts';
export { type EvaluationPair, type LvisEvaluationPair, lvisReportText, type MaskAndBox, reportText } from './report.ts';
