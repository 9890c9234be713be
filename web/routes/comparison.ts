import type { CategoryId, ModelId } from '../../core/index.ts';
import { type CategoryStats, type LabelStats, labelStats, type RunDatabase, SCORE_BINS } from '../../db/index.ts';
import { presentPolicy, runConfigOf } from '../../pipeline/index.ts';
import { type ExpectedQualities, expectedQuality } from '../../pseudo/index.ts';
import type { ClassFacts, ComparedClass, Comparison, CountedChange, RoundFacts } from '../contract/compare.ts';
import { labeledRounds } from './labeled-rounds.ts';

/** Both rounds in numbers, beside what became of the labels of the first. */
export function comparisonOf(db: RunDatabase, folder: string, from: number, to: number, changes: readonly CountedChange[]): Comparison {
  const [before, now] = [sideOf(db, folder, from), sideOf(db, folder, to)];
  return { rounds: labeledRounds(db), from: before.facts, to: now.facts, changes, classes: classesOf(db, before, now) };
}

interface Side {
  readonly facts: RoundFacts;
  readonly stats: LabelStats;
  readonly expected: ExpectedQualities | null;
}

function sideOf(db: RunDatabase, folder: string, round: number): Side {
  const stats = labelStats(db, round);
  const sum = (of: (one: CategoryStats) => number) => stats.categories.reduce((total, one) => total + of(one), 0);
  const facts: RoundFacts = {
    round,
    images: stats.images.done,
    labels: sum(({ kept, drawn }) => kept + drawn),
    predictions: sum(({ predictions }) => predictions),
    histogram: Array.from({ length: SCORE_BINS }, (_, bin) => sum(({ histogram }) => histogram[bin] ?? 0)),
    metrics: metricsOf(db, round),
  };
  return { facts, stats, expected: expectedOf(db, folder, round) };
}

/** Those of the training are curves, which the run's own view shows. */
function metricsOf(db: RunDatabase, round: number): RoundFacts['metrics'] {
  return Object.fromEntries(Object.entries(db.metrics.latest(round)).filter(([name]) => /^(mask|box)A[pr]/.test(name)));
}

function expectedOf(db: RunDatabase, folder: string, round: number): ExpectedQualities | null {
  const teacher = db.rounds.byIndex(round)?.teacher as ModelId;
  if (!db.calibrations.has(teacher)) return null;
  return expectedQuality(db.calibrations.ofModel(teacher), presentPolicy(db, round, runConfigOf(db, folder), teacher));
}

function classesOf(db: RunDatabase, before: Side, now: Side): readonly ComparedClass[] {
  return db.categories.all().map(({ id, name, classIndex }) => ({
    ...{ category: id, name, classIndex },
    from: classFacts(before, id),
    to: classFacts(now, id),
  }));
}

function classFacts({ stats, expected }: Side, category: CategoryId): ClassFacts {
  const own = stats.categories.find((one) => one.category === category);
  const quality = expected?.byCategory.get(category);
  return {
    labels: own ? own.kept + own.drawn : 0,
    share: own?.share ?? null,
    meanScore: own?.meanScore ?? null,
    histogram: own?.histogram ?? [],
    expected: quality ? { pseudoPrecision: quality.pseudoPrecision, pseudoRecall: quality.pseudoRecall } : null,
  };
}
