import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { areaOf, type RgbImage, rle, stream } from '../../core/index.ts';
import { readCoco } from '../coco.ts';
import { decodeImage } from '../image-file.ts';
import { withFolder } from '../test-pictures.ts';
import { listUnlabeled } from '../unlabeled.ts';
import { generateScenes } from './generate.ts';
import { renderScene, SCENE_CATEGORIES } from './scene.ts';
import { SHAPES } from './shapes.ts';

const size = { width: 96, height: 80 };
const SCENES = 60;
const scenes = Array.from({ length: SCENES }, (_, index) => renderScene(11, index, size));

describe('renderScene', () => {
  it('is a pure function of seed, index and size', () => {
    assert.deepEqual(renderScene(11, 3, size), scenes[3]);
    assert.notDeepEqual(renderScene(12, 3, size).image, scenes[3]!.image);
    assert.notDeepEqual(scenes[4]!.image, scenes[3]!.image);
  });

  it('has one to seven objects, each visible, with masks that never share a pixel', () => {
    for (const { image, instances } of scenes) {
      assert.ok(instances.length >= 1 && instances.length <= 7);
      const owners = new Uint8Array(areaOf(image.size));
      for (const { mask, box } of instances) {
        assert.ok(rle.area(mask) > 0);
        assert.deepEqual(box, rle.toBox(mask));
        for (const [at, value] of rle.decode(mask).data.entries()) owners[at]! += value;
      }
      assert.ok(owners.every((count) => count <= 1));
    }
  });

  it('leaves the hole of a ring to what is behind it', () => {
    const ring = SCENE_CATEGORIES.find(({ name }) => name === 'ring')!.id;
    const rings = scenes.flatMap(({ instances }) => instances.filter(({ category }) => category === ring));
    assert.ok(rings.length > 0);
    const holes = rings.filter(({ mask, box }) => {
      const x = Math.floor((box.x1 + box.x2) / 2);
      const y = Math.floor((box.y1 + box.y2) / 2);
      return rle.decodeInside(mask, { x1: x, y1: y, x2: x + 1, y2: y + 1 }).data[0] === 0;
    });
    const NEARLY_ALL = 0.7;
    assert.ok(holes.length >= NEARLY_ALL * rings.length, 'a ring that is cut off or covered may have another middle');
  });

  it('draws classes with a long tail', () => {
    const counts = SHAPES.map(
      (_, shape) => scenes.flatMap(({ instances }) => instances).filter(({ category }) => category === shape + 1).length,
    );
    assert.ok(counts[0]! > counts[3]! && counts[1]! > counts[4]! && counts[2]! > counts[5]! && counts[5]! > 0, counts.join(' '));
    const EXACT = 1e-9;
    assert.ok(Math.abs(SHAPES.reduce((sum, { frequency }) => sum + frequency, 0) - 1) < EXACT);
  });

  it('paints where the masks say: the picture jumps at their outlines more than inside them', () => {
    const inside: number[] = [];
    const across: number[] = [];
    for (const { image, instances } of scenes)
      for (const { mask } of instances) {
        const { data } = rle.decode(mask);
        for (const at of pixelsWithRightNeighbor(data)) (data[at + 1] === 1 ? inside : across).push(jumpToNext(image, at));
      }
    const CLEARLY = 2;
    assert.ok(mean(across) > CLEARLY * mean(inside));
  });
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const pixelsWithRightNeighbor = (mask: Uint8Array): number[] =>
  [...mask.keys()].filter((at) => mask[at] === 1 && (at + 1) % size.width > 0);

/** Difference of a pixel to the one right of it, summed over channels. */
const jumpToNext = ({ data }: RgbImage, at: number): number =>
  [0, 1, 2].reduce((sum, channel) => sum + Math.abs(data[3 * at + channel] - data[3 * at + 3 + channel]), 0);

describe('shapes', () => {
  it('have the areas of their formulas', () => {
    const areaOfShape = (name: string) => {
      const outline = SHAPES.find((shape) => shape.name === name)!.outline({ ...stream(1), uniform: (from) => from });
      let inside = 0;
      for (let x = -1.5; x < 1.5; x += STEP) for (let y = -1.5; y < 1.5; y += STEP) if (outline(x, y) < 0) inside++;
      return inside * STEP * STEP;
    };
    const STEP = 0.01;
    const TOLERANCE = 0.02;
    const near = (name: string, expected: number) =>
      assert.ok(Math.abs(areaOfShape(name) - expected) < TOLERANCE, `${name} ${areaOfShape(name)}`);
    near('disc', Math.PI);
    near('box', 4 * 0.92 * 0.5 - (4 - Math.PI) * 0.1 ** 2);
    near('triangle', ((3 * Math.sqrt(3)) / 4) * 1.08 ** 2 * 0.85);
    near('star', 5 * 1.12 * 0.42 * Math.sin(Math.PI / 5));
    near('ring', Math.PI * (1 - 0.6 ** 2));
  });
});

describe('generateScenes', () => {
  const recipe = { seed: 5, labeled: 3, validation: 2, unlabeled: 4, size };

  it('makes a data set that this room reads back without an issue', () =>
    withFolder(async (folder) => {
      const files = await generateScenes(folder, recipe);
      for (const [path, count] of [
        [files.labeled, 3],
        [files.validation, 2],
        [files.unlabeledTruth, 4],
      ] as const) {
        const data = await readCoco(path, files.imageRoot);
        assert.deepEqual(data.issues, []);
        assert.equal(data.images.length, count);
        assert.deepEqual(data.categories, SCENE_CATEGORIES);
      }
      const { entries } = await listUnlabeled({ list: files.unlabeled, root: files.imageRoot });
      assert.deepEqual(
        entries.map(({ fileName }) => fileName),
        ['000006.jpg', '000007.jpg', '000008.jpg', '000009.jpg'],
      );
      assert.deepEqual((await decodeImage(entries[0]!.path)).size, size);
    }));

  it('makes the same bytes again, and the same pictures where only a later part grows', () =>
    withFolder(async (folder) => {
      await generateScenes(join(folder, 'a'), recipe);
      await generateScenes(join(folder, 'b'), { ...recipe, unlabeled: 5 });
      const names = (await readdir(join(folder, 'a'), { recursive: true })).filter((name) => /jpg|train|val/.test(name));
      assert.equal(names.length, 11);
      for (const name of names) assert.deepEqual(await readFile(join(folder, 'a', name)), await readFile(join(folder, 'b', name)), name);
    }));
});
