/** From predictions to pseudo-labels, with reasons. Pure. */
export { traceLineage } from './lineage.ts';
export { defaultPolicy, type Policy, thresholdOf } from './policy.ts';
export { type JudgedImage, type PseudoQuality, pseudoQuality, type Quality } from './quality.ts';
export { type Decision, type DroppedReason, type KeptReason, selectPseudoLabels } from './select.ts';
export { type Candidate, type Ruling, SAME_OBJECT_IOU, type Verdict } from './verdict.ts';
