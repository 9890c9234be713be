import type { CategoryId } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { presentPolicy } from '../../pipeline/index.ts';
import {
  type ExpectedQualities,
  expectedQuality,
  PolicyTrial,
  type PreviewCounts,
  type RulingsOf,
  thresholdOf,
} from '../../pseudo/index.ts';
import type { ClassAnswer, ThresholdAnswer } from '../contract/policy.ts';
import { inTurns } from './in-turns.ts';
import { policyAsked, type ThresholdQuestion } from './threshold-question.ts';

/** What the round would keep. Reads every prediction's facts but no mask; others have their turn meanwhile. */
export async function answerThresholds(
  db: RunDatabase,
  question: ThresholdQuestion,
  rulings: RulingsOf,
  signal: AbortSignal,
): Promise<ThresholdAnswer> {
  const { round, teacher, config } = question;
  const next = policyAsked(question);
  const trial = new PolicyTrial(next, presentPolicy(db, round, config, teacher), rulings);
  await inTurns(db.labeling.candidateSets(round), (set) => trial.add(set), signal);
  const { byCategory, byReason, overall, ...counts } = trial.preview();
  const isCalibrated = db.calibrations.has(teacher);
  const expected = isCalibrated ? expectedQuality(db.calibrations.ofModel(teacher), next) : null;
  return {
    ...counts,
    overall: { ...overall, expected: expected && expectedOf(expected.overall) },
    classes: db.categories.all().map(({ id }) => ({
      category: id,
      threshold: thresholdOf(next, id),
      ...classAnswer(byCategory.get(id) ?? NOTHING, expected, id),
    })),
    reasons: [...byReason].map(([reason, { present, next: then }]) => ({ reason, present, next: then })),
    isCalibrated,
  };
}

const NOTHING: PreviewCounts = { present: 0, next: 0, gained: 0, lost: 0 };

function classAnswer(counts: PreviewCounts, expected: ExpectedQualities | null, category: CategoryId): ClassAnswer {
  const quality = expected?.byCategory.get(category);
  return { ...counts, expected: quality === undefined ? null : expectedOf(quality) };
}

const expectedOf = ({ pseudoPrecision, pseudoRecall }: ExpectedQualities['overall']) => ({ pseudoPrecision, pseudoRecall });
