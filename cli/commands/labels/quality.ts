import { Command } from 'commander';
import type { RunDatabase } from '../../../db/index.ts';
import { type LabelQuality, labelQuality } from '../../../pipeline/index.ts';
import type { Quality } from '../../../pseudo/index.ts';
import { numberBetween, wholeNumber } from '../../options.ts';
import { type Cell, print, printJson, table } from '../../print.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';

interface QualityOptions {
  readonly gt: string;
  readonly round?: number;
  readonly iou: number;
  readonly json: boolean;
}

export function qualityCommand(): Command {
  return new Command('quality')
    .description('How good the labels are where someone has the truth: precision, recall and mask IoU by class, score and area.')
    .argument('[run]', RUN_HELP)
    .requiredOption('--gt <file>', "COCO instance file with the truth of the run's unlabeled pictures; the run never sees it")
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--iou <share>', 'least mask IoU of a label with its object', numberBetween(0, 1), 0.5)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { gt, round, iou, json }: QualityOptions) =>
      withRun(run, 'read', async (db) => {
        const quality = await labelQuality(db, roundOf(db, round), gt, iou);
        if (json) printJson({ ...quality, byCategory: Object.fromEntries(quality.byCategory) });
        else print(qualityText(db, quality, iou));
      }),
    );
}

const HEADERS = ['precision', 'recall', 'mean mask IoU', 'labels', 'objects', 'matched'] as const;
const cells = ({ pseudoPrecision, pseudoRecall, meanMaskIou, labels, truths, matched }: Quality): Cell[] => [
  pseudoPrecision,
  pseudoRecall,
  meanMaskIou,
  labels,
  truths,
  matched,
];

function qualityText(db: RunDatabase, quality: LabelQuality, iou: number): string {
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  const byClass = [...quality.byCategory].map(([category, one]) => [names.get(category), ...cells(one)]);
  const byArea = Object.entries(quality.byArea).map(([band, one]) => [band, ...cells(one)]);
  const byScore = quality.byScore
    .filter(({ labels }) => labels > 0)
    .map(({ fromScore, toScore, pseudoPrecision, meanMaskIou, labels, matched }) => [
      `${fromScore.toFixed(1)} to ${toScore.toFixed(1)}`,
      pseudoPrecision,
      meanMaskIou,
      labels,
      matched,
    ]);
  return [
    `labels of round ${quality.round} on ${quality.pictures} pictures against the truth, at mask IoU ${iou}`,
    '',
    table(['class', ...HEADERS], [...byClass, ['all', ...cells(quality.overall)]]),
    '',
    table(['area', ...HEADERS], byArea),
    '',
    table(['score', 'precision', 'mean mask IoU', 'labels', 'matched'], byScore),
  ].join('\n');
}
