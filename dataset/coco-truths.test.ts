import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rle } from '../core/index.ts';
import { type CocoTruths, readCocoTruths } from './coco-truths.ts';
import { withFolder } from './test-pictures.ts';

interface Entry {
  readonly [key: string]: unknown;
}

const image = (id: number, more: Entry = {}): Entry => ({ id, file_name: `${id}.jpg`, width: 20, height: 10, ...more });
const annotation = (id: number, more: Entry = {}): Entry => ({
  id,
  image_id: 1,
  category_id: 7,
  segmentation: [[2, 2, 8, 2, 8, 6, 2, 6]],
  bbox: [2, 2, 6, 4],
  area: 24,
  iscrowd: 0,
  ...more,
});
const document = (more: Entry = {}): Entry => ({
  images: [image(1)],
  annotations: [annotation(1)],
  categories: [{ id: 7, name: 'thing' }],
  ...more,
});

const read = (content: Entry): Promise<CocoTruths> =>
  withFolder(async (folder) => {
    const path = join(folder, 'truth.json');
    await writeFile(path, JSON.stringify(content));
    return readCocoTruths(path);
  });

describe('readCocoTruths', () => {
  it("takes boxes and areas as the file states them, also where they are not the mask's own", async () => {
    const { images } = await read(document({ annotations: [annotation(1, { bbox: [1.5, 2.25, 6.5, 3], area: 19.75 })] }));
    const [truth] = images[0].truths;
    assert.deepEqual(truth.box, { x1: 1.5, y1: 2.25, x2: 8, y2: 5.25 });
    assert.equal(truth.areaPx2, 19.75);
    assert.equal(rle.area(truth.mask), 24);
  });

  it("falls back on the mask's box and area where the file states none", async () => {
    const { images } = await read(document({ annotations: [annotation(1, { bbox: undefined, area: undefined })] }));
    const [truth] = images[0].truths;
    assert.deepEqual([truth.box, truth.areaPx2], [{ x1: 2, y1: 2, x2: 8, y2: 6 }, 24]);
  });

  it('keeps crowd regions as such', async () => {
    const runs = { size: [10, 20], counts: [0, 200] };
    const { images } = await read(document({ annotations: [annotation(1, { iscrowd: 1, segmentation: runs }), annotation(2)] }));
    assert.deepEqual(
      images[0].truths.map(({ crowd }) => crowd),
      [true, false],
    );
  });

  it('sorts images by id, and keeps those without objects', async () => {
    const { images } = await read(document({ images: [image(9), image(1), image(4)] }));
    assert.deepEqual(
      images.map(({ cocoId, truths }) => [cocoId, truths.length]),
      [
        [1, 1],
        [4, 0],
        [9, 0],
      ],
    );
  });

  it("carries what LVIS says of images and categories; LVIS's images have a coco_url for a name", async () => {
    const lvis = { file_name: undefined, coco_url: 'http://images/1.jpg', neg_category_ids: [9], not_exhaustive_category_ids: [7] };
    const named = [
      { id: 9, name: 'none', frequency: 'f' },
      { id: 7, name: 'thing', frequency: 'r' },
      { id: 8, name: 'odd', frequency: 'often' },
    ];
    const { categories, images } = await read(document({ images: [image(1, lvis), image(2)], categories: named }));
    assert.deepEqual(images[0].federated, { negative: [9], notExhaustive: [7] });
    assert.equal(images[1].federated, undefined);
    assert.deepEqual(
      categories.map(({ frequency }) => frequency),
      ['r', undefined, 'f'],
    );
  });

  it('needs no picture', async () => {
    assert.equal((await read(document({ images: [image(1, { file_name: 'not/there.jpg' })] }))).images.length, 1);
  });

  const BAD: readonly (readonly [name: string, content: Entry, why: string])[] = [
    [
      'an image without a size',
      document({ images: [image(1, { width: undefined })] }),
      'image 1 cannot be used: it has no width and height',
    ],
    ['an unknown image', document({ annotations: [annotation(1, { image_id: 5 })] }), 'annotation 0 cannot be used: there is no image 5'],
    [
      'an unknown category',
      document({ annotations: [annotation(1), annotation(2, { category_id: 8 })] }),
      'annotation 1 cannot be used: there is no category 8',
    ],
    [
      'a list of absent categories that is none',
      document({ images: [image(1, { neg_category_ids: 7, not_exhaustive_category_ids: [] })] }),
      'image 0 cannot be used: Expected an array of category ids for neg_category_ids, got 7 (number)',
    ],
    [
      'a crowd flag that is none',
      document({ annotations: [annotation(1, { iscrowd: 2 })] }),
      'annotation 0 cannot be used: Expected 0 or 1 for iscrowd, got 2 (number)',
    ],
  ];
  for (const [name, content, why] of BAD)
    it(`refuses ${name}: an evaluation leaves nothing out in silence`, () =>
      withFolder(async (folder) => {
        const path = join(folder, 'truth.json');
        await writeFile(path, JSON.stringify(content));
        await assert.rejects(readCocoTruths(path), {
          code: 'DATA_BAD_TRUTH',
          message: `Expected a complete truth in ${JSON.stringify(path)}, but ${why}`,
          hint: 'mend or remove the entry: an evaluation leaves nothing out in silence',
        });
      }));

  it('keeps a truth whose mask has no pixel, as pycocotools does: it is there to be missed', async () => {
    const outside = annotation(1, { segmentation: [[100, 1, 150, 1, 150, 5]] });
    const { images } = await read(document({ annotations: [outside] }));
    assert.equal(rle.area(images[0].truths[0].mask), 0);
  });

  it('refuses a damaged mask', async () => {
    const runs = { size: [10, 20], counts: [0, 201] };
    await assert.rejects(read(document({ annotations: [annotation(1, { segmentation: runs })] })), {
      code: 'DATA_BAD_TRUTH',
      message: /but annotation 0 cannot be used: /,
    });
  });
});
