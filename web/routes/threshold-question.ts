import type { ResolvedConfig } from '../../config/index.ts';
import { type CategoryId, expectation, type ModelId, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { resolvedPolicy, runConfigOf } from '../../pipeline/index.ts';
import { type Policy, type ResolvedPolicy, thresholdOf } from '../../pseudo/index.ts';
import { labeledRound } from './labeled-rounds.ts';

/** Thresholds that a person moved, of a round. */
export interface ThresholdQuestion {
  readonly round: number;
  readonly teacher: ModelId;
  readonly config: ResolvedConfig;
  /** Under the run's settings, with the thresholds that its rule makes of this round. */
  readonly base: ResolvedPolicy;
  /** One for all classes; null where it was not moved. */
  readonly all: number | null;
  /** Of single classes. */
  readonly own: ReadonlyMap<CategoryId, number>;
}

type Query = Readonly<Record<string, string | undefined>>;

/** @throws SelfpasteError USAGE_NO_ROUND, USAGE_BAD_THRESHOLD, and what resolving the run's own policy throws */
export function thresholdQuestionOf(db: RunDatabase, folder: string, query: Query): ThresholdQuestion {
  const round = labeledRound(db, query.round);
  const teacher = db.rounds.byIndex(round)?.teacher as ModelId;
  const config = runConfigOf(db, folder);
  const own = db.categories.all().flatMap(({ id }) => {
    const text = query[`t${id}`];
    return text === undefined ? [] : [[id, thresholdAsked(`t${id}`, text)] as const];
  });
  const all = query.all === undefined ? null : thresholdAsked('all', query.all);
  return { round, teacher, config, base: resolvedPolicy(db, config, round, teacher), all, own: new Map(own) };
}

function thresholdAsked(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new SelfpasteError('USAGE_BAD_THRESHOLD', expectation(name, 'a threshold from 0 to 1', text), 'move the slider again');
}

const isMoved = ({ all, own }: ThresholdQuestion): boolean => all !== null || own.size > 0;

/** What is asked for: thresholds that a person set are fixed ones, whatever rule made the others. */
export function policyAsked(question: ThresholdQuestion): Policy {
  const { all, own, base } = question;
  const { policy, thresholds } = base;
  if (!isMoved(question)) return policy;
  const scoreByCategory: Record<CategoryId, number> = {};
  for (const category of thresholds.keys()) scoreByCategory[category] = own.get(category) ?? all ?? thresholdOf(policy, category);
  return { ...policy, rule: 'fixed', score: all ?? policy.score, scoreByCategory };
}

/** The same as settings of the command line: `policy.score=0.4`. */
export function settingsAsked(db: RunDatabase, question: ThresholdQuestion): readonly string[] {
  if (!isMoved(question)) return [];
  const { config, all } = question;
  const { score, scoreByCategory } = policyAsked(question);
  const own = db.categories.all().flatMap(({ id, name }) => {
    // A threshold above 1 keeps nothing, and is no setting.
    const threshold = Math.min(1, scoreByCategory[id] ?? score);
    return threshold === score ? [] : [[name, threshold] as const];
  });
  return [
    ...(config.policy.rule === 'fixed' ? [] : ['policy.rule=fixed']),
    ...(all === null ? [] : [`policy.score=${all}`]),
    `policy.scoreByCategory=${JSON.stringify(Object.fromEntries(own))}`,
  ];
}
