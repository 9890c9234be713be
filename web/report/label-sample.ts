import { type PredictionId, type Rng, stream } from '../../core/index.ts';
import { type LabelCursor, type LabelFilter, type LabelOrder, listLabels, type RunDatabase } from '../../db/index.ts';
import { SAMPLE_GROUPS, type SampleGroup } from '../contract/report.ts';

/** A label of the sample, and how it came into it. */
export interface Sampled {
  readonly group: SampleGroup;
  readonly id: PredictionId;
}

interface ListedGroup {
  readonly group: SampleGroup;
  readonly filter: Omit<LabelFilter, 'round'>;
  readonly order: LabelOrder;
}

/**
 * Groups whose labels stand first in a list. Those of one line share what there is of the same labels, one from either end at a time. What is
 * likely wrong is rarest, so that it chooses first.
 */
const LISTED: readonly (readonly ListedGroup[])[] = [
  [{ group: 'likely-wrong', filter: { suspicion: 'any' }, order: 'likely-wrong' }],
  [
    { group: 'surest', filter: { status: 'kept' }, order: 'score-desc' },
    { group: 'least-certain', filter: { status: 'kept' }, order: 'least-certain' },
  ],
  [{ group: 'nearly-kept', filter: { status: 'dropped' }, order: 'least-certain' }],
];

/**
 * Chooses predictions of a round, each once: some that are likely wrong, some kept and dropped ones that are very certain or hardly, and the
 * rest wherever scores lead that are drawn by chance. Classes take turns, in an order of chance; all of it follows from the seed. Groups take
 * turns in what comes of it, so that its beginning is a sample, too.
 */
export function sampleLabels(db: RunDatabase, round: number, count: number, seed: number): readonly Sampled[] {
  const taken: Taken = new Map();
  const categories = db.categories.all().map(({ id }) => id);
  const share = Math.ceil(count / SAMPLE_GROUPS.length);
  for (const groups of LISTED) {
    const rng = stream(seed, 'report-sample', round, ...groups.map(({ group }) => group));
    const turns = rng.shuffled(categories).flatMap((category, at) =>
      // Where a class has one label for two groups, each of them is first in every other class.
      (at % 2 === 0 ? groups : groups.toReversed()).map(({ group, filter, order }) => ({
        group,
        ids: idsOf(db, { round, category, ...filter }, order),
      })),
    );
    takeInTurns(taken, turns, Math.min(count, taken.size + share * groups.length));
  }
  const rng = stream(seed, 'report-sample', round, 'any-score');
  const turns = rng.shuffled(categories).map((category) => ({
    group: 'any-score' as const,
    ids: idsByChance(db, { round, category }, rng, taken, Math.ceil((count - taken.size) / categories.length)),
  }));
  takeInTurns(taken, turns, count);
  return groupsInTurns(taken);
}

type Taken = Map<PredictionId, SampleGroup>;

/** Labels of a class for a group, which are read when it has its turn: of many classes, most have none. */
interface Turn {
  readonly group: SampleGroup;
  readonly ids: Iterator<PredictionId>;
}

/** Takes the next label of each turn that has none of those taken, until there are so many in all, or no more. */
function takeInTurns(taken: Taken, turns: readonly Turn[], until: number): void {
  let left = turns;
  while (left.length > 0 && taken.size < until)
    left = left.filter(({ group, ids }) => {
      if (taken.size >= until) return false;
      for (let next = ids.next(); !next.done; next = ids.next()) {
        if (taken.has(next.value)) continue;
        taken.set(next.value, group);
        return true;
      }
      return false;
    });
}

/** The first of each group, the second of each, and so on. */
function groupsInTurns(taken: Taken): readonly Sampled[] {
  const sizes = new Map<SampleGroup, number>();
  const placed = Array.from(taken, ([id, group]) => {
    const place = sizes.get(group) ?? 0;
    sizes.set(group, place + 1);
    return { id, group, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ id, group }) => ({ id, group }));
}

const PAGE = 32;

function* idsOf(db: RunDatabase, filter: LabelFilter, order: LabelOrder): Generator<PredictionId> {
  let page = listLabels(db, filter, order, PAGE);
  for (;;) {
    for (const { id } of page) yield id;
    if (page.length < PAGE) return;
    page = listLabels(db, filter, order, PAGE, page.at(-1));
  }
}

/** Labels next to scores that are drawn by chance, none that is taken. They are looked for so many at once, in one walk up the scores. */
function* idsByChance(db: RunDatabase, filter: LabelFilter, rng: Rng, taken: Taken, atOnce: number): Generator<PredictionId> {
  for (;;) {
    const scores = Array.from({ length: atOnce }, () => rng.next()).sort((a, b) => a - b);
    const ids = nextToScores(db, filter, scores, taken);
    if (ids.length === 0) return;
    yield* rng.shuffled(ids);
  }
}

/** For each score, in rising order, the next label from there on; for those above all labels, the highest that are left. */
function nextToScores(db: RunDatabase, filter: LabelFilter, scores: readonly number[], taken: Taken): readonly PredictionId[] {
  const next = upwards(db, filter, taken);
  const found = new Set<PredictionId>();
  for (const score of scores) {
    const id = next(score);
    if (id === undefined) break;
    found.add(id);
  }
  if (found.size === scores.length) return [...found];
  for (const id of idsOf(db, filter, 'score-desc')) {
    if (!taken.has(id)) found.add(id);
    if (found.size === scores.length) break;
  }
  return [...found];
}

/** Walks up the labels: each time to the next one that is not taken, from a score on that never falls. */
function upwards(db: RunDatabase, filter: LabelFilter, taken: Taken): (score: number) => PredictionId | undefined {
  // No row has number 0: it stands before those of the same score.
  const before = (score: number): LabelCursor => ({ rank: score, id: 0 as PredictionId });
  let place = before(0);
  let page: readonly LabelCursor[] = [];
  return (score) => {
    if (score > place.rank) place = before(score);
    page = page.filter(({ rank }) => rank >= score);
    for (;;) {
      if (page.length === 0) page = listLabels(db, filter, 'score-asc', PAGE, place);
      const [label, ...rest] = page;
      if (label === undefined) return undefined;
      [place, page] = [label, rest];
      if (!taken.has(label.id)) return label.id;
    }
  };
}
