import type { ResolvedConfig } from '../config/index.ts';
import type { RgbImage } from '../core/index.ts';
import { contactSheet, decodeImage, drawOverlay, writePng } from '../dataset/index.ts';
import { keptLabels, openDatabase, type RunDatabase } from '../db/index.ts';
import { runFolder, trainingPicturesOfRun } from '../pipeline/index.ts';
import { trainingTile } from './training-tile.ts';

const COLUMNS = 6;
const TILE_PX = 200;

/** Upper rows: pseudo-labels of the last round on unlabeled pictures. Lower rows: what the student trained on, pasted objects and all. */
export async function demoPicture(config: ResolvedConfig, file: string): Promise<void> {
  const db = openDatabase(runFolder(config.runFolder).database, { mode: 'read' });
  try {
    const round = Math.max(0, ...db.rounds.all().map(({ index }) => index));
    const tiles = [...(await pseudoLabelTiles(db, round)), ...(await trainingTiles(db, config.runFolder, round))];
    await writePng(file, await contactSheet(tiles, COLUMNS, TILE_PX));
  } finally {
    db.close();
  }
}

async function pseudoLabelTiles(db: RunDatabase, round: number): Promise<RgbImage[]> {
  const names = new Map(db.categories.all().map(({ id, name, classIndex }) => [id, { name, classIndex }]));
  const tiles: RgbImage[] = [];
  for (const { image, labels } of keptLabels(db, round)) {
    if (tiles.length === COLUMNS) break;
    const objects = labels.map((label) => {
      const { name, classIndex } = names.get(label.category) ?? { name: '', classIndex: 0 };
      const said = label.by === 'teacher' ? label.score.toFixed(2) : 'drawn';
      return { mask: label.mask, box: label.box, label: `${name} ${said}`, colorIndex: classIndex };
    });
    tiles.push(drawOverlay(await decodeImage(image.path), objects));
  }
  return tiles;
}

async function trainingTiles(db: RunDatabase, folder: string, round: number): Promise<RgbImage[]> {
  const pictures = await trainingPicturesOfRun(db, folder, round);
  const tiles: RgbImage[] = [];
  for (let number = 0; number < COLUMNS; number++) {
    const { batchSize } = pictures;
    tiles.push(trainingTile(await pictures.at(Math.floor(number / batchSize), number % batchSize), pictures.classNames));
  }
  return tiles;
}
