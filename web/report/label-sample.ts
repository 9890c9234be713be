import { type PredictionId, type Rng, stream } from '../../core/index.ts';
import { type LabelFilter, type LabelOrder, listLabels, type RunDatabase } from '../../db/index.ts';
import type { SampleGroup } from '../contract/report.ts';

/** A label of the sample, and how it came into it. */
export interface Sampled {
  readonly group: SampleGroup;
  readonly id: PredictionId;
}

/** Groups whose labels stand first in a list. What is likely wrong is rarest, so that it chooses first. */
const LISTED: readonly { readonly group: SampleGroup; readonly filter: Omit<LabelFilter, 'round'>; readonly order: LabelOrder }[] = [
  { group: 'likely-wrong', filter: { suspicion: 'any' }, order: 'likely-wrong' },
  { group: 'surest', filter: { status: 'kept' }, order: 'score-desc' },
  { group: 'least-certain', filter: { status: 'kept' }, order: 'least-certain' },
  { group: 'nearly-kept', filter: { status: 'dropped' }, order: 'least-certain' },
];

/**
 * Chooses predictions of a round, each once: some that are likely wrong, some kept and dropped ones that are very certain or hardly, and the
 * rest wherever scores lead that are drawn by chance. Classes take turns, in an order of chance; all of it follows from the seed.
 */
export function sampleLabels(db: RunDatabase, round: number, count: number, seed: number): readonly Sampled[] {
  const taken = new Map<PredictionId, SampleGroup>();
  const rngOf = (group: SampleGroup) => stream(seed, 'report-sample', round, group);
  const classesOf = (rng: Rng) => rng.shuffled(db.categories.all().map(({ id }) => id));
  const share = Math.ceil(count / (LISTED.length + 1));
  for (const { group, filter, order } of LISTED) {
    const lists = classesOf(rngOf(group)).map((category) => idsOf(db, { round, category, ...filter }, order, count));
    takeInTurns(taken, group, lists, Math.min(count, taken.size + share));
  }
  const rng = rngOf('any-score');
  const lists = classesOf(rng).map((category) => idsByChance(db, { round, category }, rng, taken));
  takeInTurns(taken, 'any-score', lists, count);
  return [...taken].map(([id, group]) => ({ group, id }));
}

/** Takes the next label of each list that has none of those taken, until there are so many in all, or no more. */
function takeInTurns(
  taken: Map<PredictionId, SampleGroup>,
  group: SampleGroup,
  lists: readonly Iterator<PredictionId>[],
  until: number,
): void {
  let left = lists;
  while (left.length > 0 && taken.size < until)
    left = left.filter((list) => {
      if (taken.size >= until) return false;
      for (let next = list.next(); !next.done; next = list.next()) {
        if (taken.has(next.value)) continue;
        taken.set(next.value, group);
        return true;
      }
      return false;
    });
}

/** Read when it is asked for the first one: of many classes, most have no turn. */
function* idsOf(db: RunDatabase, filter: LabelFilter, order: LabelOrder, limit: number): Generator<PredictionId> {
  for (const { id } of listLabels(db, filter, order, limit)) yield id;
}

/** The label whose score is the next one from a drawn score on, upwards or, where there is none, downwards; no label twice. */
function* idsByChance(db: RunDatabase, filter: LabelFilter, rng: Rng, taken: ReadonlyMap<PredictionId, unknown>): Generator<PredictionId> {
  const firstNew = (part: LabelFilter, order: LabelOrder) =>
    listLabels(db, part, order, taken.size + 1).find(({ id }) => !taken.has(id))?.id;
  for (;;) {
    const score = rng.next();
    const id = firstNew({ ...filter, minScore: score }, 'score-asc') ?? firstNew({ ...filter, maxScore: score }, 'score-desc');
    if (id === undefined) return;
    yield id;
  }
}
