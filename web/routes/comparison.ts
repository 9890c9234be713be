import type { ResolvedConfig } from '../../config/index.ts';
import type { CategoryId, ModelId } from '../../core/index.ts';
import { type CategoryStats, type LabelStats, labelStats, type RunDatabase, SCORE_BINS } from '../../db/index.ts';
import { presentPolicy, runConfigOf, type StudentNumbers, studentNumbers } from '../../pipeline/index.ts';
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
  /** Null before a student was measured. */
  readonly student: StudentNumbers | null;
}

function sideOf(db: RunDatabase, folder: string, round: number): Side {
  const stats = labelStats(db, round);
  const config = runConfigOf(db, folder);
  const student = studentNumbers(db, config, round);
  const sum = (of: (one: CategoryStats) => number) => stats.categories.reduce((total, one) => total + of(one), 0);
  const facts: RoundFacts = {
    round,
    images: stats.images.done,
    labels: sum(({ kept, drawn }) => kept + drawn),
    predictions: sum(({ predictions }) => predictions),
    histogram: Array.from({ length: SCORE_BINS }, (_, bin) => sum(({ histogram }) => histogram[bin] ?? 0)),
    metrics: student?.metrics ?? {},
  };
  return { facts, stats, expected: expectedOf(db, config, round), student };
}

function expectedOf(db: RunDatabase, config: ResolvedConfig, round: number): ExpectedQualities | null {
  const teacher = db.rounds.byIndex(round)?.teacher as ModelId;
  if (!db.calibrations.has(teacher)) return null;
  return expectedQuality(db.calibrations.ofModel(teacher), presentPolicy(db, round, config, teacher));
}

function classesOf(db: RunDatabase, before: Side, now: Side): readonly ComparedClass[] {
  return db.categories.all().map(({ id, name, classIndex }) => ({
    ...{ category: id, name, classIndex },
    from: classFacts(before, id),
    to: classFacts(now, id),
  }));
}

function classFacts({ stats, expected, student }: Side, category: CategoryId): ClassFacts {
  const own = stats.categories.find((one) => one.category === category);
  const quality = expected?.byCategory.get(category);
  return {
    labels: own ? own.kept + own.drawn : 0,
    share: own?.share ?? null,
    meanScore: own?.meanScore ?? null,
    histogram: own?.histogram ?? [],
    expected: quality ? { pseudoPrecision: quality.pseudoPrecision, pseudoRecall: quality.pseudoRecall } : null,
    measured: student?.classes.find((one) => one.category === category) ?? null,
  };
}
