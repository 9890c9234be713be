import type { ResolvedConfig } from '../../config/index.ts';
import type { MeasuredClass, RunDatabase } from '../../db/index.ts';
import type { CategoryEvaluation, Evaluation, EvaluationPair } from '../../eval/index.ts';
import { studentStep } from '../training/student-step.ts';

/** Numbers by name (`maskAp`, `boxAr100`, ...); null where one is not defined. */
export type Metrics = Readonly<Record<string, number | null>>;

/** COCO's numbers are average precisions and recalls, of masks and of boxes. */
const COCO_NUMBER = /^(mask|box)A[pr]/;

/** The numbers of a measuring among all that is recorded of its step: its training says something of it, too. */
export function measuredIn(recorded: Metrics): Metrics {
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => COCO_NUMBER.test(name)));
}

/** COCO's twelve numbers for masks and for boxes, by name. */
export function metricsOf({ mask, box }: EvaluationPair): Metrics {
  return { ...prefixed('mask', mask), ...prefixed('box', box) };
}

function prefixed(prefix: string, evaluation: Evaluation): Metrics {
  const { perCategory: _classes, truths: _truths, ...numbers } = evaluation;
  const entries = Object.entries(numbers).filter(
    (entry): entry is [string, number | null] => entry[1] === null || typeof entry[1] === 'number',
  );
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]));
}

/** What a database keeps of a measuring by class, in the order of the evaluation. */
export function classesOf({ mask, box }: EvaluationPair): readonly MeasuredClass[] {
  // Both sides were asked for the same categories.
  return mask.perCategory.map(({ category, truths, ap, ap50 }, at) => {
    const { ap: boxAp } = box.perCategory[at] as CategoryEvaluation;
    return { category, truths, maskAp: ap, maskAp50: ap50, boxAp };
  });
}

/** What the student that a round hands on, or would by now, was measured on the validation set. */
export interface StudentNumbers {
  readonly step: number;
  readonly metrics: Metrics;
  /** By class index; empty where they were measured by a version that kept no numbers by class. */
  readonly classes: readonly MeasuredClass[];
}

/** @param config the settings of the run as they are now @returns null where none was measured */
export function studentNumbers(db: RunDatabase, config: ResolvedConfig, round: number): StudentNumbers | null {
  const step = studentStep(db, config, round);
  if (step === null) return null;
  return { step, metrics: measuredIn(db.metrics.at(round, step)), classes: db.classMetrics.at(round, step) };
}
