import { Command } from 'commander';
import type { ImageId, RgbImage } from '../../../core/index.ts';
import { contactSheet, decodeImage, drawLabelTile, type LabelTile, type TileOutline, writePng } from '../../../dataset/index.ts';
import { type RunDatabase, showLabel, standingDrawing } from '../../../db/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printJson } from '../../print.ts';
import { type ListedOptions, type ListLine, listLines, nothingFound, outcomeText, type PredictionLine } from './label-rows.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { orderOption, withQuery } from './query-options.ts';

interface SheetOptions extends ListedOptions {
  readonly limit: number;
  readonly columns: number;
  readonly tile: number;
  readonly out: string;
  readonly json: boolean;
}

export function contactSheetCommand(): Command {
  const command = new Command('contact-sheet')
    .description('Labels of any query as one picture: each cut out with what is around it, and its outline.')
    .argument('[run]', RUN_HELP)
    .requiredOption('--out <file>', 'PNG file to write');
  return withQuery(command)
    .addOption(orderOption())
    .option('--limit <n>', 'labels', wholeNumber(1), 24)
    .option('--columns <n>', 'labels in a row', wholeNumber(1), 6)
    .option('--tile <px>', 'side of a label on the sheet', wholeNumber(32), 200)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, options: SheetOptions) => withRun(run, 'read', (db) => writeSheet(db, options)));
}

async function writeSheet(db: RunDatabase, options: SheetOptions): Promise<void> {
  const { limit, columns, tile, out, json } = options;
  const lines = listLines(db, options, limit);
  const tiles = await tilesOf(db, lines, tile);
  if (tiles.length > 0) await writePng(out, await contactSheet(tiles, columns, tile));
  if (json) printJson({ out: tiles.length > 0 ? out : null, labels: lines.map(({ id }) => id) });
  else print(tiles.length > 0 ? `${out}: ${tiles.length} labels` : nothingFound(options));
}

interface Cut extends LabelTile {
  readonly image: ImageId;
}

/** What is drawn is read at once, as people may decide meanwhile. Each picture is decoded once, and let go before the next one. */
async function tilesOf(db: RunDatabase, lines: readonly ListLine[], side: number): Promise<RgbImage[]> {
  const cuts = lines.map((line): Cut => ({ image: line.image, outlines: outlinesOf(db, line), caption: captionOf(line) }));
  const byImage = new Map<ImageId, Cut[]>();
  for (const cut of cuts) byImage.set(cut.image, [...(byImage.get(cut.image) ?? []), cut]);
  const tiles = new Map<Cut, RgbImage>();
  for (const [id, ofImage] of byImage) {
    const image = await decodeImage(db.images.byId(id)?.path ?? '');
    for (const cut of ofImage) tiles.set(cut, await drawLabelTile(image, cut, side));
  }
  return cuts.flatMap((cut) => tiles.get(cut) ?? []);
}

function outlinesOf(db: RunDatabase, line: ListLine): TileOutline[] {
  if (line.of === 'drawn') return [{ mask: standingDrawing(db, line.drawn).verdict.correction.mask, role: 'label' }];
  const { prediction, suspicions } = showLabel(db, line.id);
  const other = suspicions.find(({ kind }) => kind === line.suspicion?.kind)?.other ?? null;
  const label = { mask: prediction.mask, role: 'label' } as const;
  return other === null ? [label] : [label, { mask: showLabel(db, other).prediction.mask, role: 'other' }];
}

const captionOf = (line: ListLine): string[] =>
  line.of === 'drawn' ? [`${line.id} ${line.categoryName}`, line.verdict] : predictionCaption(line);

function predictionCaption(line: PredictionLine): string[] {
  const { id, categoryName, score, verdict, suspicion, change } = line;
  const notes = [verdict, suspicion?.kind, change?.kind === 'kept' ? null : change?.kind].filter((note) => typeof note === 'string');
  return [`${id} ${categoryName} ${score.toFixed(2)}`, [outcomeText(line), ...notes].join(', ')];
}
