export { decodeModel } from './decode.ts';
export { encodeModel } from './encode.ts';
export * from './model.ts';
export { type ModelSurvey, type OperatorName, surveyModel } from './survey.ts';
export { elementBytes, tensorValues } from './tensor.ts';
