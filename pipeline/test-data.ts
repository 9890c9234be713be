/** Inputs of this room's tests: a small database, and configurations with all defaults but those that matter. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, type ResolvedConfig, type RunConfigInput } from '../config/index.ts';
import { type Box, boxArea, categoryId, classIndex, rle, type Size, sha256 } from '../core/index.ts';
import { openDatabase, type RunDatabase } from '../db/index.ts';

export const CAT = categoryId(3);
export const DOG = categoryId(17);

/** Runs with a database that knows two categories, with a gap in their ids. */
export async function withDatabase<Result>(use: (db: RunDatabase, folder: string) => Result | Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-pipeline-'));
  const db = openDatabase(join(folder, 'selfpaste.db'), { mode: 'create' });
  try {
    db.categories.add([
      { id: CAT, name: 'cat', classIndex: classIndex(0) },
      { id: DOG, name: 'dog', classIndex: classIndex(1) },
    ]);
    return await use(db, folder);
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const DATA: RunConfigInput['data'] = {
  labeled: { annotations: 'train.json', images: 'images' },
  validation: { annotations: 'val.json', images: 'images' },
};

export function configWith(settings: Omit<RunConfigInput, 'data'>, file = '/nowhere/selfpaste.yaml'): ResolvedConfig {
  return parseConfig(JSON.stringify({ data: DATA, ...settings }), file);
}

/** A labeled image with one cat a box; crowds are regions that nobody trains on. */
export function addLabeledImage(db: RunDatabase, number: number, size: Size, boxes: readonly Box[], crowd = false): void {
  const hash = sha256(number.toString(16).padStart(64, '0'));
  const name = `${number}.jpg`;
  const facts = { sha256: hash, path: `/data/${name}`, fileName: name, size, orientation: 1, subset: 'labeled', sourceId: number } as const;
  const added = db.images.add(facts);
  if (added.status !== 'added') throw new Error(`image ${number} is there already`);
  const truths = boxes.map((box) => ({
    category: CAT,
    box,
    mask: rle.fromBox(size, box),
    crowd,
    areaPx2: boxArea(box),
    sourceId: null,
  }));
  db.groundTruths.add({ id: added.id, size }, truths);
}
