import type { ResolvedConfig } from '../../config/index.ts';
import { type CategoryId, type PredictionId, SelfpasteError } from '../../core/index.ts';
import { comparedLabels, comparedTotals, diffRounds, labelTotals, type RoundRow, type RunDatabase } from '../../db/index.ts';
import { agreementOf, type Drift, driftExamples, driftOf, driftSentence, type LabelTotals, labelChanges } from '../../pseudo/index.ts';

/** Where a run's labels drift too far for its settings: it stops before its student learns from them. */
export type Brake = ResolvedConfig['brake'];

/**
 * Compares a round's selection with that of the round before, in round 1 with the human labels, and remembers what moved. From round 2 on
 * it is what the models say that is compared: labels that a person rejected, corrected or drew are on neither side.
 * @throws SelfpasteError GUARD_DRIFT where it moved further than the settings allow and nobody has accepted that; it names examples
 */
export function checkDrift(db: RunDatabase, round: number, brake: Brake): Drift {
  const { before, now, name } = comparison(db, round);
  const agreement = agreementOf(diffRounds(db, round - 1, round, labelChanges).kinds);
  const drift = driftOf(now, before, agreement, brake);
  db.rounds.setDrift(round, drift);
  const isAccepted = db.rounds.byIndex(round)?.drift.state === 'accepted';
  if (drift.exceeded.length > 0 && !isAccepted) throw drifted(db, round, drift, name);
  return drift;
}

/** Lets the round that the brake stopped go on. @throws SelfpasteError USAGE_NO_DRIFT where none was stopped */
export function acceptDrift(db: RunDatabase): void {
  const round = db.rounds.latest();
  if (round && (isAccepted(round) || (isStopped(round) && db.rounds.acceptDrift(round.index, Date.now())))) return;
  throw new SelfpasteError(
    'USAGE_NO_DRIFT',
    `Expected a round that the brake stopped for --accept-drift, got ${round ? `round ${round.index}, which it did not` : 'a run without rounds'}`,
    'resume without --accept-drift',
  );
}

/** It was accepted, and interrupted before its labels were frozen. */
const isAccepted = ({ selection, drift }: RoundRow): boolean => selection.state === 'open' && drift.state === 'accepted';

const isStopped = ({ selection, drift }: RoundRow): boolean =>
  selection.state === 'open' && drift.state === 'measured' && (drift.drift as Drift).exceeded.length > 0;

/** A round's labels, those that they are compared with, and what to call these. */
function comparison(db: RunDatabase, round: number): { readonly before: LabelTotals; readonly now: LabelTotals; readonly name: string } {
  if (round > 1) return { ...comparedTotals(db, round), name: `round ${round - 1}` };
  const human = { labels: db.groundTruths.countByCategory('labeled'), images: db.images.count().labeled };
  return { before: human, now: labelTotals(db, round), name: 'the human labels' };
}

function drifted(db: RunDatabase, round: number, { exceeded }: Drift, before: string): SelfpasteError {
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  const nameOf = (category: CategoryId) => names.get(category) ?? String(category);
  const sentences = exceeded.map((finding) => driftSentence(finding, nameOf, before));
  const labels = comparedLabels(db, round);
  const examples = exceeded.flatMap((finding) => driftExamples(finding, labels, Math.ceil(MOST_EXAMPLES / exceeded.length)));
  const wider = exceeded.map(({ of }) => `--set brake.${of}=NUMBER`).join(' ');
  return new SelfpasteError(
    'GUARD_DRIFT',
    `The pseudo-labels of round ${round} drifted further than the settings allow: ${sentences.join('; ')}${exampleText(examples)}`,
    `look at them with \`selfpaste labels show ID --png FILE\`; then go on with \`selfpaste resume --accept-drift\`, or with a wider brake: \`selfpaste resume ${wider}\``,
  );
}

/** Ten examples at most, whatever the number of findings. */
const MOST_EXAMPLES = 10;

function exampleText(examples: readonly PredictionId[]): string {
  const ids = [...new Set(examples)].slice(0, MOST_EXAMPLES);
  return ids.length === 0 ? '' : `. Examples: ${ids.join(', ')}`;
}
