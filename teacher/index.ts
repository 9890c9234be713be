/** Image -> detections with an ONNX model. Importing this loads no native code; opening a teacher does. */
export { type ClassMap, type ClassMatching, type MappedClass, mapClasses } from './classes/class-map.ts';
export { type NamedCategory, type NearMiss, nearMisses } from './classes/names.ts';
export type { Contract, Head, HeadKind, ImageInput, InputFit, ModelSignature, TensorSignature } from './contract.ts';
export type { ContractFact } from './contract-facts.ts';
export { sidecarOf } from './model/model-file.ts';
export {
  type ModelProbe,
  type ProbedMetadata,
  type ProbedTensor,
  type ProbeReading,
  type ProbeVerdict,
  probeModel,
  type Refusal,
} from './probe.ts';
export { type Recognition, recognizeContract } from './recognition.ts';
export { PROVIDERS, type Provider, type RuntimeSettings, runtimeVersion } from './runtime.ts';
export { openTeacher, readContract } from './session.ts';
export type { Detection, DetectionSettings, Teacher, TeacherSettings } from './teacher.ts';
export { isSingleLook, testTimeOff, withTestTime } from './test-time/test-time.ts';
export type { TestTimeOptions, Tiling } from './test-time/test-time-views.ts';
