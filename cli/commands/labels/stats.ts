import { Command } from 'commander';
import { AREA_BANDS, type CategoryStats, type LabelStats, labelStats, type RunDatabase } from '../../../db/index.ts';
import { wholeNumber } from '../../options.ts';
import { type Cell, print, printable, printJson, table } from '../../print.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';
import { drawStats } from './stats-charts.ts';

interface StatsOptions {
  readonly round?: number;
  readonly png?: string;
  readonly json: boolean;
}

export function statsCommand(): Command {
  return new Command('stats')
    .description('Predictions, pseudo-labels and reasons by class, beside the labels of people.')
    .argument('[run]', RUN_HELP)
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--png <dir>', 'draw them into this folder')
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { round, png, json }: StatsOptions) =>
      withRun(run, 'read', async (db) => {
        const stats = labelStats(db, roundOf(db, round));
        const rounds = roundsOf(db);
        const charts = png === undefined ? [] : await drawStats(db, stats, png);
        if (json) printJson({ ...stats, rounds, charts });
        else print([statsText(stats), ...(rounds.length > 1 ? [roundsText(rounds)] : []), charts.join('\n')].join('\n\n').trimEnd());
      }),
    );
}

/** One round beside the others. */
interface RoundLine {
  readonly round: number;
  readonly predictions: number;
  readonly kept: number;
  readonly picturesWithLabels: number;
  readonly picturesWithout: number;
  readonly labelsPerImage: number | null;
}

const roundsOf = (db: RunDatabase): RoundLine[] =>
  db.rounds
    .all()
    .filter(({ index }) => db.labeling.counts(index).done > 0)
    .map(({ index }) => {
      const { selection, categories, labelsPerImage } = labelStats(db, index);
      const predictions = categories.reduce((sum, category) => sum + category.predictions, 0);
      const { kept, withLabels, withoutLabels } = selection;
      return { round: index, predictions, kept, picturesWithLabels: withLabels, picturesWithout: withoutLabels, labelsPerImage };
    });

const roundsText = (rounds: readonly RoundLine[]): string =>
  table(
    ['round', 'predictions', 'kept', 'pictures with labels', 'without', 'labels a picture'],
    rounds.map((one) => [one.round, one.predictions, one.kept, one.picturesWithLabels, one.picturesWithout, one.labelsPerImage]),
  );

function statsText(stats: LabelStats): string {
  const shown = stats.categories.filter(({ predictions, truths }) => predictions > 0 || truths > 0);
  return [headText(stats), outcomeTable(shown), `labels kept, beside those of people:\n${comparisonTable(shown)}`].join('\n\n');
}

function headText({ round, images, selection, labelsPerImage, humanPerImage }: LabelStats): string {
  const perImage = (count: number | null): string => (count === null ? 'none' : count.toFixed(2));
  return [
    `round ${round}: ${images.done} pictures labeled, ${images.failed} failed, ${images.pending} pending; ${images.withoutPredictions} without predictions`,
    `${selection.kept} pseudo-labels kept and ${selection.drawn} drawn by people on ${selection.withLabels} pictures, ${selection.dropped} predictions dropped; ${selection.withoutLabels} pictures without`,
    `labels a picture: ${perImage(labelsPerImage)}; of people: ${perImage(humanPerImage)}`,
  ].join('\n');
}

function outcomeTable(categories: readonly CategoryStats[]): string {
  const reasons = [...new Set(categories.flatMap(({ dropped }) => Object.keys(dropped)))].sort();
  const rows = categories.map(({ name, predictions, meanScore, kept, dropped, histogram }) => [
    printable(name),
    predictions,
    kept,
    ...reasons.map((reason) => dropped[reason] ?? 0),
    meanScore,
    sparkline(histogram),
  ]);
  return table(['class', 'predictions', 'kept', ...reasons, 'mean score', 'scores 0..1'], rows);
}

const SIZES = ['small', 'medium', 'large'] as const;

function comparisonTable(categories: readonly CategoryStats[]): string {
  const rows = categories.map((category): Cell[] => {
    const { name, labelsPerImage, humanPerImage, share, humanShare, areas } = category;
    const keptOf = (size: string) => areas.reduce((sum, { kept }, band) => (AREA_BANDS[band].size === size ? sum + kept : sum), 0);
    const bands = [sparkline(areas.map(({ kept }) => kept)), sparkline(areas.map(({ truths }) => truths))];
    return [printable(name), labelsPerImage, humanPerImage, percent(share), percent(humanShare), ...SIZES.map(keptOf), ...bands];
  });
  return table(['class', 'a picture', 'of people', 'share', 'of people', ...SIZES, 'by area', 'of people'], rows);
}

const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(1)}%`);

const LEVELS = '▁▂▃▄▅▆▇█';

function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts.map((count) => (count === 0 ? ' ' : LEVELS[Math.min(7, Math.floor((8 * count) / (most + 1)))])).join('');
}
