/** From predictions to pseudo-labels, with reasons. Pure. */
export {
  type CalibrationSet,
  type ExpectedQualities,
  type ExpectedQuality,
  expectedQuality,
  Outcome,
  outcomesOf,
} from './calibration.ts';
export { labelChanges } from './changes.ts';
export { agreementOf, type Drift, type DriftFinding, type DriftLimits, driftOf, type LabelTotals, type MovedClass } from './drift.ts';
export { type ComparedLabel, driftExamples, driftSentence } from './drift-words.ts';
export type { DroppedReason, KeptReason } from './fates.ts';
export type { ShareInterval } from './interval.ts';
export { traceLineage } from './lineage.ts';
export { defaultPolicy, type Policy, storedPolicy, thresholdOf } from './policy.ts';
export { type PolicyPreview, PolicyTrial, type PreviewCounts, type PreviewedImage, previewPolicy, type RulingsOf } from './preview.ts';
export {
  type AreaBand,
  type JudgedImage,
  type PseudoQuality,
  pseudoQuality,
  type Quality,
  type ScoreBandQuality,
} from './quality.ts';
export { type Decision, selectPseudoLabels } from './select.ts';
export type { ImageEvidence, RoundBefore } from './suspects/scene.ts';
export { suspicions } from './suspects.ts';
export {
  type CategoryThreshold,
  type ResolvedPolicy,
  resolvePolicy,
  type ThresholdEvidence,
} from './thresholds.ts';
export { type Candidate, type ImageRulings, judge, type Ruling, type Verdict } from './verdict.ts';
