/** Image -> detections with an ONNX model. Importing this loads no native code; opening a teacher does. */
export { type ClassMap, mapClasses, type NamedCategory } from './class-map.ts';
export type { Contract, ModelSignature, TensorSignature, YoloSegContract } from './contract.ts';
export { showTensor } from './contract.ts';
export { sidecarOf } from './model-file.ts';
export { type ModelProbe, type ProbeTrial, type ProbeVerdict, probeModel } from './probe.ts';
export { type Recognition, recognizeContract } from './recognition.ts';
export { openTeacher, readContract } from './session.ts';
export type { Detection, DetectionSettings, Teacher, TeacherSettings } from './teacher.ts';
