import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rle } from '../core/index.ts';
import { readCoco, readCocoResults, readCocoTruths } from '../dataset/index.ts';
import { type InputRecipe, makeInputs, readRawMasks } from './inputs.ts';
import { categoryCount, pictureSize } from './scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-bench-test-'));
after(() => rmSync(folder, { recursive: true }));
const recipe: InputRecipe = { seed: 5, images: 2, detectionsPerImage: 12, pictures: true };
const made = join(folder, 'n2');
await makeInputs(made, recipe);

const read = (inputs: string, name: string): Buffer => readFileSync(join(inputs, name));
const names = ['detections_bbox.json', 'detections_segm.json', 'instances_poly.json', 'instances_rle.json'];

test('the same seed makes the same bytes, another seed others', async () => {
  await makeInputs(join(folder, 'again'), recipe);
  await makeInputs(join(folder, 'other'), { ...recipe, seed: 6 });
  assert.deepEqual(read(join(folder, 'again'), 'manifest.json'), read(made, 'manifest.json'));
  const manifest = JSON.parse(read(made, 'manifest.json').toString());
  assert.deepEqual(Object.keys(manifest), [...names, 'images/000001.jpg', 'images/000002.jpg', 'masks.bin', 'masks.json'].sort());
  const other = JSON.parse(read(join(folder, 'other'), 'manifest.json').toString());
  assert.ok(Object.keys(manifest).every((name) => manifest[name] !== other[name]));
});

test('an image is the same however many there are, and pictures are left out where they are not asked for', async () => {
  const many = join(folder, 'n3');
  await makeInputs(many, { ...recipe, images: 3, pictures: false });
  assert.deepEqual(readdirSync(join(many, 'images')), []);
  const [first] = (await readCocoTruths(join(many, 'instances_rle.json'))).images;
  assert.deepEqual(first, (await readCocoTruths(join(made, 'instances_rle.json'))).images[0]);
});

test('a folder that is complete is left as it is', async () => {
  const before = read(made, 'manifest.json');
  await makeInputs(made, { ...recipe, seed: 99 });
  assert.deepEqual(read(made, 'manifest.json'), before);
});

test('our own reader accepts pictures, polygons and run lengths, with nothing left out', async () => {
  const { images, categories, issues } = await readCoco(join(made, 'instances_poly.json'), join(made, 'images'));
  assert.deepEqual(issues, []);
  assert.equal(categories.length, categoryCount);
  const shapes = await readCocoTruths(join(made, 'instances_rle.json'));
  assert.deepEqual(
    images.map(({ truths }) => truths.map(({ truth }) => truth)),
    shapes.images.map(({ truths }) => truths.map(({ boxAreaPx2: _, ...truth }) => truth)),
  );
  for (const { facts, truths } of images) {
    assert.deepEqual(facts.size, pictureSize);
    assert.ok(truths.length >= 5 && truths.length <= 15);
    // What photographs of this size have.
    assert.ok(facts.bytes > 60_000 && facts.bytes < 150_000, `${facts.bytes} bytes`);
  }
});

test('detections are as many as asked for, with scores that follow from the objects', async () => {
  const results = await readCocoResults(join(made, 'detections_segm.json'));
  assert.equal(results.length, recipe.images * recipe.detectionsPerImage);
  assert.ok(results.every(({ score, boxStated }) => score > 0 && score < 1 && !boxStated));
  const boxes = JSON.parse(read(made, 'detections_bbox.json').toString());
  assert.deepEqual(
    boxes.map(({ bbox: [x1, y1, width, height] }: { bbox: number[] }) => ({ x1, y1, x2: x1 + width, y2: y1 + height })),
    results.map(({ box }) => box),
  );
  // Python makes no array of numbers from integers.
  assert.match(read(made, 'detections_bbox.json').toString(), /"bbox":\[\d+\.0,\d+\.0,\d+\.0,\d+\.0\]/);
});

test('raw masks are the first objects, column by column', async () => {
  const { images } = await readCocoTruths(join(made, 'instances_rle.json'));
  const masks = images.flatMap(({ truths }) => truths.map(({ mask }) => mask));
  assert.deepEqual((await readRawMasks(made)).map(rle.encode), masks);
  const bytes = read(made, 'masks.bin');
  assert.equal(bytes.indexOf(1), masks[0].counts[0]);
});
