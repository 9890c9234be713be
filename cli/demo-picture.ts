import { PictureStore, readTrainingSet, renderSample, samplePlanner, sampleToImage } from '../augment/index.ts';
import type { ResolvedConfig } from '../config/index.ts';
import type { RgbImage } from '../core/index.ts';
import { contactSheet, decodeImage, drawOverlay, writePng } from '../dataset/index.ts';
import { keptLabels, openDatabase, type RunDatabase } from '../db/index.ts';
import { planStudent, recipeOf, runFolder } from '../pipeline/index.ts';

const COLUMNS = 6;
const TILE_PX = 200;

/** Upper rows: pseudo-labels of the last round on unlabeled pictures. Lower rows: what the student trained on, pasted objects and all. */
export async function demoPicture(config: ResolvedConfig, file: string): Promise<void> {
  const db = openDatabase(runFolder(config.runFolder).database, { mode: 'read' });
  try {
    const round = Math.max(0, ...db.rounds.all().map(({ index }) => index));
    const tiles = [...(await pseudoLabelTiles(db, round)), ...(await trainingTiles(db, config, round))];
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
    const objects = labels.map(({ mask, box, score, category }) => {
      const { name, classIndex } = names.get(category) ?? { name: '', classIndex: 0 };
      return { mask, box, label: `${name} ${score.toFixed(2)}`, colorIndex: classIndex };
    });
    tiles.push(drawOverlay(await decodeImage(image.path), objects));
  }
  return tiles;
}

async function trainingTiles(db: RunDatabase, config: ResolvedConfig, round: number): Promise<RgbImage[]> {
  const spec = planStudent(config, db).spec;
  const recipe = recipeOf(config, spec);
  const set = await readTrainingSet(runFolder(config.runFolder).trainingSet(round));
  const plan = samplePlanner({ seed: config.seed, round, batchSize: config.train.batchSize, recipe, set });
  const pictures = new PictureStore(recipe);
  const tiles: RgbImage[] = [];
  for (let slot = 0; slot < COLUMNS; slot++) {
    const { sample } = await renderSample(plan(0, slot), set, recipe, pictures);
    tiles.push(sampleToImage(sample, spec.strides.prototype));
  }
  return tiles;
}
