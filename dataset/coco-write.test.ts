import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { boxArea, categoryId, rle } from '../core/index.ts';
import { readCoco } from './coco.ts';
import { readCocoResults } from './coco-results.ts';
import { type CocoInstance, cocoDataset, cocoResults } from './coco-write.ts';
import { halves, sharpOf, withFolder } from './test-pictures.ts';

const size = { width: 40, height: 20 };
const categories = [{ id: categoryId(90), name: 'thing' }];
const mask = rle.fromPolygons(size, [[4, 4, 14, 4, 14, 14, 4, 14]]);
const instance: CocoInstance & { readonly score: number } = {
  imageId: 3,
  category: categoryId(90),
  mask,
  box: { x1: 3.5, y1: 4, x2: 14, y2: 15 },
  score: 0.75,
};

describe('cocoDataset', () => {
  it('writes what readCoco reads', () =>
    withFolder(async (folder) => {
      await sharpOf(halves(size)).png().toFile(join(folder, 'a.png'));
      const { score: _, ...label } = instance;
      const json = cocoDataset([{ id: 3, fileName: 'a.png', size }], categories, [label]);
      assert.ok(!('score' in json.annotations[0]!), 'a human label has no score');
      await writeFile(join(folder, 'a.json'), JSON.stringify(json));
      const data = await readCoco(join(folder, 'a.json'), folder);
      assert.deepEqual(data.issues, []);
      assert.deepEqual(data.categories, categories);
      assert.deepEqual(data.images[0]!.truths, [
        { cocoId: 1, truth: { category: 90, box: { x1: 4, y1: 4, x2: 14, y2: 14 }, mask, crowd: false, areaPx2: 100 } },
      ]);
    }));
});

describe('readCocoResults', () => {
  const read = (json: unknown) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'dt.json'), JSON.stringify(json));
      return readCocoResults(join(folder, 'dt.json'));
    });

  it('reads a results array and an instance file with scores alike', async () => {
    const expected = [
      { imageId: 3, category: 90, mask, box: instance.box, boxStated: true, boxAreaPx2: boxArea(instance.box), score: 0.75 },
    ];
    assert.deepEqual(await read(cocoResults([instance])), expected);
    assert.deepEqual(await read(cocoDataset([{ id: 3, fileName: 'a.png', size }], categories, [instance])), expected);
    assert.deepEqual(await read([]), []);
  });

  it('takes the box for the mask where there is only a box, as loadRes does, and only where the size of the image is known', async () => {
    const [{ segmentation: _, ...result }] = cocoResults([instance]) as [ReturnType<typeof cocoResults>[0]];
    await withFolder(async (folder) => {
      const path = join(folder, 'dt.json');
      await writeFile(path, JSON.stringify([{ ...result, bbox: [2, 3, 4, 5] }]));
      const [read0] = await readCocoResults(path, new Map([[3, size]]));
      assert.deepEqual(rle.toBox(read0!.mask), { x1: 2, y1: 3, x2: 6, y2: 8 });
      await assert.rejects(readCocoResults(path), { code: 'DATA_BAD_RESULTS', message: /^Expected an RLE object for segmentation/ });
    });
  });

  it('takes the box of the mask where none is stated', async () => {
    const [{ bbox: _, ...result }] = cocoResults([instance]) as [ReturnType<typeof cocoResults>[0]];
    const [read0] = await read([result]);
    assert.deepEqual([read0!.box, read0!.boxStated], [{ x1: 4, y1: 4, x2: 14, y2: 14 }, false]);
  });

  it('names the entry that is wrong', async () => {
    const [good] = cocoResults([instance]);
    const cases: readonly (readonly [json: unknown, message: RegExp])[] = [
      [{}, /^Expected an array of results, or an object with annotations for the detections, got {} \(object\)/],
      [[good, { ...good, score: 1.5 }], /^Expected a number 0\.\.1 for score, got 1.5 \(number\), in entry 1, of ".*dt\.json"$/],
      [[{ ...good, image_id: '3' }], /^Expected an integer between -2\^53 and 2\^53 for image_id, got "3" \(string\), in entry 0/],
      [[{ ...good, segmentation: [[1, 1, 5, 1, 5, 5]] }], /^Expected an RLE object for segmentation/],
      [
        [{ ...good, segmentation: { size: [20, 40], counts: '0' } }],
        /^Expected runs that fill 40x20 pixels for RLE counts, got 0 \(number\), in entry 0/,
      ],
      [[{ ...good, bbox: [1, 2, 3] }], /^Expected 4 numbers \[x, y, width, height\] for bbox, got \[1,2,3\] \(array\), in entry 0/],
    ];
    for (const [json, message] of cases) await assert.rejects(read(json), { code: 'DATA_BAD_RESULTS', message }, String(message));
  });
});
