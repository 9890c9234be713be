/** COCO's measures of detections against human labels. Pure: no files, no clock, no chance. */
export type { Detection, IouType } from './detection.ts';
export {
  type CategoryEvaluation,
  type Evaluation,
  type EvaluationImage,
  evaluate,
  type MaxDetections,
} from './evaluation.ts';
export { type EvaluationPair, reportText } from './report.ts';
