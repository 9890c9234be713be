import { Command } from 'commander';
import type { ImageId, RgbImage } from '../../../core/index.ts';
import { contactSheet, decodeImage, drawLabelTile, type TileOutline, writePng } from '../../../dataset/index.ts';
import { type LabelLine, type LabelOrder, listLabels, type RunDatabase, showLabel } from '../../../db/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printJson } from '../../print.ts';
import { outcomeText } from './label-rows.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { filterOf, orderOption, type QueryOptions, withQuery } from './query-options.ts';

interface SheetOptions extends QueryOptions {
  readonly order: LabelOrder;
  readonly limit: number;
  readonly columns: number;
  readonly tile: number;
  readonly out: string;
  readonly json: boolean;
}

export function contactSheetCommand(): Command {
  const command = new Command('contact-sheet')
    .description('Predictions of any query as one picture: each cut out with what is around it, and its outline.')
    .argument('[run]', RUN_HELP)
    .requiredOption('--out <file>', 'PNG file to write');
  return withQuery(command)
    .addOption(orderOption('score-desc'))
    .option('--limit <n>', 'labels', wholeNumber(1), 24)
    .option('--columns <n>', 'labels in a row', wholeNumber(1), 6)
    .option('--tile <px>', 'side of a label on the sheet', wholeNumber(32), 200)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, options: SheetOptions) => withRun(run, 'read', (db) => writeSheet(db, options)));
}

async function writeSheet(db: RunDatabase, options: SheetOptions): Promise<void> {
  const { order, limit, columns, tile, out, json } = options;
  const lines = listLabels(db, filterOf(db, options), order, limit);
  const tiles = await tilesOf(db, lines, tile);
  if (tiles.length > 0) await writePng(out, await contactSheet(tiles, columns, tile));
  if (json) printJson({ out: tiles.length > 0 ? out : null, labels: lines.map(({ id }) => id) });
  else print(tiles.length > 0 ? `${out}: ${tiles.length} labels` : 'no predictions match');
}

/** Each picture is decoded once, and let go before the next one. */
async function tilesOf(db: RunDatabase, lines: readonly LabelLine[], side: number): Promise<RgbImage[]> {
  const byImage = new Map<ImageId, LabelLine[]>();
  for (const line of lines) byImage.set(line.image, [...(byImage.get(line.image) ?? []), line]);
  const tiles = new Map<LabelLine, RgbImage>();
  for (const [id, ofImage] of byImage) {
    const image = await decodeImage(db.images.byId(id)?.path ?? '');
    for (const line of ofImage)
      tiles.set(line, await drawLabelTile(image, { outlines: outlinesOf(db, line), caption: captionOf(line) }, side));
  }
  return lines.flatMap((line) => tiles.get(line) ?? []);
}

function outlinesOf(db: RunDatabase, line: LabelLine): TileOutline[] {
  const { prediction, suspicions } = showLabel(db, line.id);
  const other = suspicions.find(({ kind }) => kind === line.suspicion?.kind)?.other ?? null;
  const label = { mask: prediction.mask, role: 'label' } as const;
  return other === null ? [label] : [label, { mask: showLabel(db, other).prediction.mask, role: 'other' }];
}

function captionOf(line: LabelLine): string[] {
  const { id, categoryName, score, verdict, suspicion, change } = line;
  const notes = [verdict, suspicion?.kind, change?.kind === 'kept' ? null : change?.kind].filter((note) => typeof note === 'string');
  return [`${id} ${categoryName} ${score.toFixed(2)}`, [outcomeText(line), ...notes].join(', ')];
}
