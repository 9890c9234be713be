import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { parseConfig } from '../config/index.ts';
import { sha256 } from '../core/index.ts';
import { openDatabase } from '../db/index.ts';
import { fillLabelDatabase, imagesOf, type LabelRecipe, type PictureFile, whole } from './label-database.ts';
import { ScenePainter } from './picture.ts';
import { sceneObjects } from './scene.ts';

/** The folder of a run whose database holds so many predictions, with the pictures that they are of; made, or brought forward, as {@link makeLabelDatabase} does. */
export async function makeInspectorRun(inputs: string, recipe: LabelRecipe): Promise<string> {
  const folder = join(inputs, `inspector-${recipe.predictions}`);
  const database = join(folder, 'selfpaste.db');
  if (existsSync(database)) {
    openDatabase(database, { mode: 'upgrade' }).close();
    return folder;
  }
  const pictures = await paintPictures(join(folder, 'pictures'), recipe);
  whole(database, (path) => {
    const db = openDatabase(path, { mode: 'create' });
    const data = { annotations: 'none.json', images: 'pictures' };
    const config = parseConfig(
      JSON.stringify({ name: 'inspector', data: { labeled: data, validation: data } }),
      join(folder, 'selfpaste.yaml'),
    );
    const facts = { name: 'inspector', seed: recipe.seed, config, configHash: config.hash, programVersion: 'bench', createdAtMs: 0 };
    db.runs.create({ ...facts, machineVersion: 0 });
    fillLabelDatabase(db, recipe, (number) => pictures[number - 1]);
    db.close();
  });
  return folder;
}

async function paintPictures(folder: string, recipe: LabelRecipe): Promise<PictureFile[]> {
  mkdirSync(folder, { recursive: true });
  const painter = new ScenePainter(recipe.seed);
  const files: PictureFile[] = [];
  for (let number = 1; number <= imagesOf(recipe); number++) {
    const { size, data } = painter.paint(number, sceneObjects(recipe.seed, number));
    const bytes = await sharp(data, { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 90 })
      .toBuffer();
    const path = join(folder, `${number}.jpg`);
    writeFileSync(path, bytes);
    files.push({ path, sha256: sha256(createHash('sha256').update(bytes).digest('hex')) });
  }
  return files;
}
