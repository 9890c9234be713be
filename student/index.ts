/** The model that learns: an ONNX graph that TF.js trains. Importing this door loads no tfjs; `loadBackend` does. */
export {
  anchorCount,
  buildStudent,
  checkSpec,
  chooseStrides,
  readSpec,
  type Strides,
  type StudentSize,
  type StudentSpec,
  stridesOf,
} from './architecture.ts';
export { type Backend, type BackendChoice, type BackendFacts, loadBackend } from './backend.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { type StepReport, StudentTrainer, type TrainSettings } from './trainer.ts';
