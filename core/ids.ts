import { badValue } from './errors.ts';

declare const brand: unique symbol;
/** A value that only its own constructor makes, so that two kinds of number cannot be mixed up. */
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

/** Row id of an image in the run's database. */
export type ImageId = Branded<number, 'ImageId'>;
/** Category id as in the data set; COCO's have gaps. Never a {@link ClassIndex}. */
export type CategoryId = Branded<number, 'CategoryId'>;
/** Contiguous index 0..K-1 that tensors use; background has none. Never a {@link CategoryId}. */
export type ClassIndex = Branded<number, 'ClassIndex'>;
/** Row id of a prediction. */
export type PredictionId = Branded<number, 'PredictionId'>;
/** Row id of a verdict: of what a person said of one thing at one time. */
export type VerdictId = Branded<number, 'VerdictId'>;
/** Row id of an action: of all that a person did at once, which is undone at once. */
export type ActionId = Branded<number, 'ActionId'>;
/** Row id of a donation: of a label that a person made a donor of Copy-Paste. */
export type DonationId = Branded<number, 'DonationId'>;
/** Row id of a model (teacher or student). */
export type ModelId = Branded<number, 'ModelId'>;
/** Lower-case hexadecimal SHA-256 of a file's bytes. */
export type Sha256 = Branded<string, 'Sha256'>;

/** Any safe integer: COCO files in the field use negative and very large ids. */
export const categoryId = (value: number): CategoryId => safeInteger('category id', value) as CategoryId;
export const imageId = (value: number): ImageId => safeInteger('image id', value) as ImageId;
export const predictionId = (value: number): PredictionId => safeInteger('prediction id', value) as PredictionId;
export const verdictId = (value: number): VerdictId => safeInteger('verdict id', value) as VerdictId;
export const actionId = (value: number): ActionId => safeInteger('action id', value) as ActionId;
export const modelId = (value: number): ModelId => safeInteger('model id', value) as ModelId;

/** An index of 0 or more. */
export function classIndex(value: number): ClassIndex {
  if (safeInteger('class index', value) < 0) throw badValue('class index', 'an integer of 0 or more', value);
  return value as ClassIndex;
}

export function sha256(value: string): Sha256 {
  if (!/^[0-9a-f]{64}$/.test(value)) throw badValue('sha256', '64 lower-case hexadecimal digits', value);
  return value as Sha256;
}

function safeInteger(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw badValue(name, 'an integer between -2^53 and 2^53', value);
  return value;
}
