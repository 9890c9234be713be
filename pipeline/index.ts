/** The only place where the stages meet. Importing this door loads neither tfjs nor onnxruntime. */
export { type AddedPictures, addedPictures } from './changes/added-pictures.ts';
export type { ChangePlan, PlannedChange } from './changes/change-plan.ts';
export { changeSettings } from './changes/change-settings.ts';
export type { Effect } from './changes/effects.ts';
export { type Fork, forkFolder, forkRun } from './changes/fork.ts';
export { planSettings, runMoved, upgradeRun, type Wanted } from './changes/owned-run.ts';
export { type SharedBeginning, type SharedCount, type SharedData, surveySharedData } from './changes/shared-data.ts';
export { COMMIT_POINTS, type CommitPoint } from './commit-points.ts';
export { checkMachine, type DoctorReport } from './doctor/check-machine.ts';
export { FINDING_GROUPS, type Finding, type FindingGroup, groupOf } from './doctor/finding.ts';
export { type Compaction, collectGarbage, previewGarbage, type Tidying, WORTH_REWRITING } from './garbage/collect-garbage.ts';
export { bytesOf } from './garbage/run-file.ts';
export { runFiles } from './garbage/run-files.ts';
export { withParents } from './inheritance/parent-run.ts';
export { actionText } from './labels/action-text.ts';
export { redrawn, relabeled } from './labels/corrected-label.ts';
export { isOneOf, type Target, type TargetKind, type TargetOf, targetNamed } from './labels/decision-target.ts';
export { exportLabels, type LabelExport } from './labels/export-labels.ts';
export { foundTargets } from './labels/found-targets.ts';
export { previewImage } from './labels/image-preview.ts';
export { type ImportedCorrections, importCorrections } from './labels/import-corrections.ts';
export { type LabelRef, labelName, namedLabel } from './labels/label-name.ts';
export { type LabelQuality, labelQuality } from './labels/label-quality.ts';
export {
  categoryNamed,
  drawnOrder,
  type LabelQuery,
  type QueryOptions,
  queryOf,
  queryText,
  roundOf,
  VERDICTS_ASKED,
} from './labels/label-query.ts';
export { lastStanding } from './labels/last-action.ts';
export { type NumberRange, numberRange } from './labels/number-range.ts';
export { comparePolicies, type PolicyComparison, presentPolicy, rulingsOf } from './labels/policy-comparison.ts';
export { resolvedPolicy } from './labels/policy-evidence.ts';
export {
  probeFiles,
  type RetriedFiles,
  type RetryChances,
  recordFiles,
  retriableFiles,
  retryChances,
  retryPictures,
} from './labels/set-aside.ts';
export { correctionOf, requireImage, type StandingLabel, standingLabel } from './labels/standing-label.ts';
export { userName } from './labels/user-name.ts';
export { STAGES, type Stage } from './machine/machine.ts';
export { type MachineGraph, type MachineNode, machineGraph, type Way } from './machine/machine-graph.ts';
export { machineDot } from './machine/machine-picture.ts';
export { type RunState, restoredState } from './machine/machine-state.ts';
export { measuredIn, type StudentNumbers, studentNumbers } from './measuring/measured-numbers.ts';
export { type PlanOptions, planRun, type RunPlan } from './plan/run-plan.ts';
export { roundMs } from './plan/time-estimate.ts';
export { type ModelDetections, type Picture, predictPictures } from './predict.ts';
export { evaluateDetections } from './processes/evaluate-detections.ts';
export type { Emit, Facts, RunEvent } from './progress.ts';
export { livingOwner, notRunning } from './run/living-owner.ts';
export { postRequest } from './run/request-box.ts';
export { type ResumeOptions, type RunOptions, resumeRun, runConfigOf, startRun } from './run/run.ts';
export { RunControl, type RunRequest } from './run/run-control.ts';
export type { RunOutcome, Until } from './run/run-driver.ts';
export { makeRunFolder, type RunFolder, runFolder } from './run-folder.ts';
export { labelImages } from './stages/label-images.ts';
export { duration } from './telling/duration.ts';
export { clockTime, eventLevel, eventText } from './telling/event-text.ts';
export type { MeasuredClasses, NamedClass } from './telling/measured-classes.ts';
export { type MeasuredRound, type MeasuredStatus, measuredStatus, studentValidation } from './telling/measured-status.ts';
export { type Notifications, type NotificationTarget, notifying } from './telling/notifications.ts';
export { Pace } from './telling/pace.ts';
export { type MeasuredReport, type RunReport, reportOf, runReport } from './telling/run-report.ts';
export { type CurrentState, runState } from './telling/run-state.ts';
export type { StageProgress } from './telling/stage-progress.ts';
export { webhookUrl } from './telling/webhook-delivery.ts';
export { specOfFile } from './training/initial-student.ts';
export { planStudent, recipeOf, type StudentPlan } from './training/student-plan.ts';
export {
  type TrainingPicture,
  type TrainingPictures,
  trainedRounds,
  trainingPicturesOfConfig,
  trainingPicturesOfRun,
} from './training/training-pictures.ts';
export { bestPoint } from './training/validations.ts';
export { PROGRAM_VERSION } from './version.ts';
