import { type PredictionId, predictionId, type VerdictId, verdictId } from '../../core/index.ts';

/** A label that people speak of: something a model said, or something a person drew. */
export type LabelRef =
  | { readonly of: 'prediction'; readonly prediction: PredictionId }
  | { readonly of: 'drawn'; readonly drawn: VerdictId };

/** Its name in files and on the command line: `p12` or `d3`. */
export const labelName = (label: LabelRef): string => (label.of === 'prediction' ? `p${label.prediction}` : `d${label.drawn}`);

/** The label of a name; undefined for text that is none. */
export function namedLabel(text: string): LabelRef | undefined {
  const [, kind, digits] = /^([pd])?(\d{1,15})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return kind === 'd' ? { of: 'drawn', drawn: verdictId(Number(digits)) } : { of: 'prediction', prediction: predictionId(Number(digits)) };
}
