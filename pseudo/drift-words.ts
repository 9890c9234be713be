import type { CategoryId, ChangeKind, PredictionId } from '../core/index.ts';
import type { DriftFinding, MovedClass } from './drift.ts';

/**
 * One sentence on what moved from what to what, and which setting allows how much.
 * @param before what the labels are compared with, as "round 1" or "the human labels"
 */
export function driftSentence(finding: DriftFinding, nameOf: (category: CategoryId) => string, before: string): string {
  switch (finding.of) {
    case 'classShare': {
      const { rose, fell, amount, limit } = finding;
      const classes = `${movedClass(rose, nameOf)} and ${movedClass(fell, nameOf)}`;
      return `${fraction(amount)} of the labels are of other classes than in ${before}, of which brake.classShare allows ${fraction(limit)}: most of all ${classes}`;
    }
    case 'density': {
      const { from, to, limit } = finding;
      return `labels a picture went from ${from.toFixed(2)} in ${before} to ${to.toFixed(2)}, of which brake.density allows a factor of ${limit}`;
    }
    case 'agreement': {
      const { share: kept, limit } = finding;
      return `${fraction(kept)} of the labels of ${before} are still labels of their class, of which brake.agreement asks for ${fraction(limit)}`;
    }
  }
}

const movedClass = ({ category, from, to }: MovedClass, nameOf: (category: CategoryId) => string): string =>
  `${nameOf(category)} from ${fraction(from)} to ${fraction(to)}`;

/** Shares are read as 0..1 everywhere else too. */
const fraction = (value: number): string => value.toFixed(3);

/** A label of the round, or one of the round before that died, and what became of it. */
export interface ComparedLabel {
  readonly prediction: PredictionId;
  readonly category: CategoryId;
  readonly score: number;
  /** Null where there is no round before. */
  readonly change: ChangeKind | null;
}

/**
 * Labels to look at, as they contribute most to a finding: those of the class whose share rose most, the new ones first; or what was born,
 * where there are more labels, what died, where there are fewer; or what died, is of another class or was born, where few agree.
 * Among equals the highest scores come first: these the student learns most of.
 * @param labels in any order, any number: only the chosen ones are remembered
 * @returns `count` ids at most
 */
export function driftExamples(finding: DriftFinding, labels: Iterable<ComparedLabel>, count = 10): PredictionId[] {
  const chosen: Ranked[] = [];
  for (const label of labels) {
    const rank = rankOf(finding, label);
    const last = chosen[count - 1];
    if (rank === null || (last && inOrder(last, { label, rank }) < 0)) continue;
    chosen.push({ label, rank });
    chosen.sort(inOrder).splice(count);
  }
  return chosen.map(({ label }) => label.prediction);
}

interface Ranked {
  readonly label: ComparedLabel;
  /** 0 contributes most. */
  readonly rank: number;
}

const inOrder = (a: Ranked, b: Ranked): number =>
  a.rank - b.rank || b.label.score - a.label.score || a.label.prediction - b.label.prediction;

const DISAGREEING: readonly (ChangeKind | null)[] = ['died', 'reclassified', 'born'];

/** Null where it contributes nothing. */
function rankOf(finding: DriftFinding, { category, change }: ComparedLabel): number | null {
  switch (finding.of) {
    case 'classShare':
      if (category !== finding.rose.category || change === 'died') return null;
      return change === 'born' || change === 'reclassified' ? 0 : 1;
    case 'density':
      if (finding.to > finding.from) return change === 'died' ? null : change === 'born' ? 0 : 1;
      return change === 'died' ? 0 : null;
    case 'agreement':
      return DISAGREEING.includes(change) ? DISAGREEING.indexOf(change) : null;
  }
}
