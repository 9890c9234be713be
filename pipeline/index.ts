/** The only place where the stages meet. Importing this door loads neither tfjs nor onnxruntime. */
export { checkMachine, type DoctorReport, type Finding } from './doctor.ts';
export { specOfFile } from './initial-student.ts';
export { exportLabels, type LabelExport } from './labels/export-labels.ts';
export { type ImportedCorrections, importCorrections } from './labels/import-corrections.ts';
export { type LabelRef, labelName, namedLabel } from './labels/label-name.ts';
export { type LabelQuality, labelQuality } from './labels/label-quality.ts';
export { comparePolicies, type PolicyComparison } from './labels/policy-comparison.ts';
export type { Stage } from './machine.ts';
export { measuredIn } from './measure-model.ts';
export { planRun, type RunPlan } from './plan.ts';
export { type ModelDetections, type Picture, predictPictures } from './predict.ts';
export { evaluateDetections } from './processes/evaluate-detections.ts';
export type { Emit, Facts, RunEvent } from './progress.ts';
export { type RunOutcome, resumeRun, runConfigOf, startRun, type Until } from './run.ts';
export { makeRunFolder, type RunFolder, runFolder } from './run-folder.ts';
export { labelImages } from './stages/label-images.ts';
export { planStudent, recipeOf, type StudentPlan } from './student-plan.ts';
export {
  type TrainingPicture,
  type TrainingPictures,
  trainingPicturesOfConfig,
  trainingPicturesOfRun,
} from './training-pictures.ts';
export { bestPoint, bestValidation } from './validations.ts';
export { PROGRAM_VERSION } from './version.ts';
