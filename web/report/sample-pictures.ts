import { type Box, SelfpasteError } from '../../core/index.ts';
import { decodeImported, drawThumbnail, type ImportedFile } from '../../dataset/index.ts';
import { drawableLabels, type RunDatabase } from '../../db/index.ts';
import type { LabelTile, PredictionTile } from '../contract/labels.ts';
import type { LabelSample, SampledLabel } from '../contract/report.ts';
import { tilesOf } from '../routes/label-tile.ts';
import { THUMBNAIL_SIDE_PX } from '../routes/thumbnails.ts';
import type { Sampled } from './label-sample.ts';
import { jsonInMarkup } from './report-document.ts';

/** A label that was chosen, and the file with its picture. */
export interface ChosenLabel extends Omit<SampledLabel, 'thumbnail'> {
  readonly file: ImportedFile;
}

/** What has to be read of the database for labels of a sample. */
export function chosenLabels(db: RunDatabase, sample: readonly Sampled[]): readonly ChosenLabel[] {
  const groups = new Map(sample.map(({ id, group }) => [id as number, group]));
  const labels = drawableLabels(
    db,
    sample.map(({ id }) => id),
  );
  const files = new Map(labels.map(({ id, image }) => [id as number, db.images.byId(image)]));
  return tilesOf(db, { of: 'prediction', labels })
    .filter(isPrediction)
    .flatMap(({ thumbnail: _, ...tile }) => {
      const [group, file] = [groups.get(tile.id), files.get(tile.id)];
      return group === undefined || file === undefined ? [] : [{ ...tile, group, file: { path: file.path, sha256: file.sha256 } }];
    });
}

const isPrediction = (tile: LabelTile): tile is PredictionTile => tile.of === 'prediction';

/** Draws the labels of a sample, as many as fit into so many bytes of a report. */
export async function drawSample(round: number, chosen: readonly ChosenLabel[], roomBytes: number): Promise<LabelSample> {
  const labels: SampledLabel[] = [];
  let leftBytes = roomBytes;
  for (const { file, ...label } of chosen) {
    const drawn: SampledLabel = { ...label, thumbnail: await pictureOf(file, label.view) };
    leftBytes -= Buffer.byteLength(jsonInMarkup(drawn)) + 1;
    if (leftBytes < 0) break;
    labels.push(drawn);
  }
  return { round, labels, leftOut: chosen.length - labels.length };
}

/** As in the gallery. Empty for a file that is away, damaged, or another one by now. */
async function pictureOf(file: ImportedFile, view: Box): Promise<string> {
  try {
    const bytes = await drawThumbnail(await decodeImported(file), view, THUMBNAIL_SIDE_PX);
    return `data:image/webp;base64,${bytes.toString('base64')}`;
  } catch (error) {
    if (error instanceof SelfpasteError) return '';
    throw error;
  }
}
