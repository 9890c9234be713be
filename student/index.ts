/** The model that learns: an ONNX graph that TF.js trains. Importing this door loads no tfjs; `loadBackend` does. */
export { type Backend, type BackendChoice, type BackendFacts, type BackendSettings, loadBackend } from './backend.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './learning/checkpoint.ts';
export type { OptimizerRule } from './learning/optimizer.ts';
export type { Schedule } from './learning/schedule.ts';
export type { StepReport } from './learning/step-report.ts';
export type { Targets } from './learning/targets.ts';
export { StudentTrainer, type TrainSettings } from './learning/trainer.ts';
export { buildStudent } from './network/architecture.ts';
export { type WarmStart, type WarmStartPlan, type WarmStartSource, warmStart } from './network/warm-start.ts';
export {
  anchorCount,
  checkSpec,
  chooseStrides,
  type FreshStudent,
  readSpec,
  SPEC_KEY,
  type Strides,
  type StudentSize,
  type StudentSpec,
  stridesOf,
} from './spec.ts';
