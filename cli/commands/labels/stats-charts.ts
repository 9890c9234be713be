import { join } from 'node:path';
import type { RgbImage } from '../../../core/index.ts';
import { type BarRow, CHART_COLORS, drawBarChart, drawHistograms, shortCount, writePng } from '../../../dataset/index.ts';
import { AREA_BANDS, type CategoryStats, type LabelStats, type RunDatabase } from '../../../db/index.ts';
import { type Policy, storedPolicy, thresholdOf } from '../../../pseudo/index.ts';

/** More classes make a chart that nobody reads. */
const MOST_CLASSES = 24;

/** Draws a round in numbers, one file a topic, into a folder. Returns the files. */
export async function drawStats(db: RunDatabase, stats: LabelStats, folder: string): Promise<string[]> {
  const topics = { scores: scoreChart(db, stats), reasons: reasonChart(stats), areas: areaChart(stats), shares: shareChart(stats) };
  const files: string[] = [];
  for (const [topic, image] of Object.entries(topics)) {
    const file = join(folder, `${topic}.png`);
    await writePng(file, image);
    files.push(file);
  }
  return files;
}

/** The first classes by a number of theirs, and how a title says that there are more. */
function firstClasses(
  categories: readonly CategoryStats[],
  size: (category: CategoryStats) => number,
): { shown: CategoryStats[]; more: string } {
  const some = categories.filter((category) => size(category) > 0).sort((a, b) => size(b) - size(a));
  const shown = some.slice(0, MOST_CLASSES);
  return { shown, more: some.length > shown.length ? ` (${shown.length} of ${some.length} classes)` : '' };
}

function scoreChart(db: RunDatabase, { round, categories }: LabelStats): RgbImage {
  const { shown, more } = firstClasses(categories, ({ predictions }) => predictions);
  const policy = scorePolicy(db, round);
  return drawHistograms({
    title: `Round ${round}: predictions by score${more}`,
    axis: 'score',
    panels: shown.map(({ category, name, histogram }) => ({
      name,
      counts: histogram,
      threshold: policy === null ? null : thresholdOf(policy, category),
    })),
  });
}

/** The policy of a round, where its thresholds are known already and compare the score. */
function scorePolicy(db: RunDatabase, round: number): Policy | null {
  const selection = db.rounds.byIndex(round)?.selection;
  if (selection?.state !== 'frozen') return null;
  const policy = storedPolicy(selection.policy);
  return policy.confidence === 'score' ? policy : null;
}

function reasonChart({ round, categories }: LabelStats): RgbImage {
  const { shown, more } = firstClasses(categories, ({ predictions }) => predictions);
  const reasons = reasonsByCount(categories);
  const named = reasons.length < CHART_COLORS ? reasons : reasons.slice(0, CHART_COLORS - 2);
  const rows = shown.map(({ name, predictions, kept, dropped }): BarRow => {
    const values = [kept, ...named.map((reason) => dropped[reason] ?? 0)];
    const rest = predictions - values.reduce((sum, value) => sum + value, 0);
    return { name, values: [...values, rest], note: percent(kept / predictions) };
  });
  const series = ['kept', ...named];
  const hasRest = rows.some(({ values }) => values[series.length] > 0);
  return drawBarChart({
    title: `Round ${round}: what became of predictions, and the share kept${more}`,
    axis: 'predictions',
    series: hasRest ? [...series, named.length < reasons.length ? 'other' : 'open'] : series,
    rows,
    arrangement: 'stacked',
    format: shortCount,
  });
}

function reasonsByCount(categories: readonly CategoryStats[]): string[] {
  const counts = new Map<string, number>();
  for (const { dropped } of categories)
    for (const [reason, count] of Object.entries(dropped)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason]) => reason);
}

const AREA_KINDS = ['truths', 'kept', 'predictions'] as const;

/** All classes together: by class it is in the table. */
function areaChart({ round, categories }: LabelStats): RgbImage {
  const counts = AREA_BANDS.map((_, band) => AREA_KINDS.map((kind) => categories.reduce((sum, { areas }) => sum + areas[band][kind], 0)));
  const totals = AREA_KINDS.map((_, kind) => counts.reduce((sum, band) => sum + band[kind], 0) || 1);
  return drawBarChart({
    title: `Round ${round}: labels by area (sides of a square, in px)`,
    axis: 'share',
    series: ['human labels', 'pseudo-labels', 'all predictions'],
    rows: counts.map((band, at) => ({
      name: bandName(at),
      values: band.map((count, kind) => count / totals[kind]),
      note: band.map(shortCount).join(' / '),
    })),
    arrangement: 'grouped',
    format: percent,
  });
}

function bandName(band: number): string {
  const { fromPx2, belowPx2, size } = AREA_BANDS[band];
  return `${size} ${Math.sqrt(fromPx2)}${belowPx2 === null ? '+' : `-${Math.sqrt(belowPx2)}`}`;
}

function shareChart({ round, categories }: LabelStats): RgbImage {
  const { shown, more } = firstClasses(categories, ({ kept, truths }) => kept + truths);
  return drawBarChart({
    title: `Round ${round}: each class's share of all labels${more}`,
    axis: 'share',
    series: ['human labels', 'pseudo-labels'],
    rows: shown
      .sort((a, b) => (b.humanShare ?? 0) - (a.humanShare ?? 0))
      .map(({ name, share, humanShare }) => ({
        name,
        values: [humanShare ?? 0, share ?? 0],
        note: share && humanShare ? `x${(share / humanShare).toFixed(2)}` : '',
      })),
    arrangement: 'grouped',
    format: percent,
  });
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;
