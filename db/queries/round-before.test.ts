import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageRow } from '../images.ts';
import type { RunDatabase } from '../run-database.ts';
import { addImage, label, NOTHING_FOUND, prediction, testRun } from '../test-database.ts';
import { standingLabels } from './round-before.ts';

/** Ten predictions that are all kept. */
function addKept(db: RunDatabase, number: number): ImageRow {
  const image = addImage(db, number);
  const ids = label(
    db,
    image,
    Array.from({ length: 10 }, () => prediction(0.8)),
  );
  const decisions = ids.map((id) => ({ prediction: id, status: 'kept', reason: 'score', weight: 1 }) as const);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions, ...NOTHING_FOUND });
  return image;
}

/** The fastest of several, in ms: what other processes of the machine take is not measured. */
function fastestMs(work: () => void): number {
  const times = Array.from({ length: 40 }, () => {
    const startedMs = performance.now();
    work();
    return performance.now() - startedMs;
  });
  return Math.min(...times);
}

test('what an image had takes as long to find among many images as among few', (t) => {
  const FACTOR = 8;
  const db = testRun(t);
  const image = addKept(db, 1);
  const alone = fastestMs(() => standingLabels(db, 1, image));
  db.transaction(() => {
    for (let number = 2; number <= 1000; number++) addKept(db, number);
  });
  const among = fastestMs(() => standingLabels(db, 1, image));
  assert.equal(standingLabels(db, 1, image).size, 10);
  assert.ok(among < FACTOR * alone, `${among} ms among 10,000 labels, ${alone} ms among ten`);
});
