import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { rle } from '../core/index.ts';
import { type CocoDataset, readCoco, readCocoImages } from './coco.ts';
import { halves, sharpOf, withFolder } from './test-pictures.ts';

const size = { width: 40, height: 20 };
const SQUARE = [4, 4, 14, 4, 14, 14, 4, 14];
const categories = [{ id: 7, name: 'thing' }];

interface Entry {
  readonly [key: string]: unknown;
}

const image = (id: number, more: Entry = {}): Entry => ({ id, file_name: `${id}.png`, ...size, ...more });
const annotation = (id: number, more: Entry = {}): Entry => ({
  id,
  image_id: 1,
  category_id: 7,
  segmentation: [SQUARE],
  area: 100,
  iscrowd: 0,
  ...more,
});

/** Reads a COCO file whose pictures 1.png, 2.png and 3.png exist. */
function read(document: unknown, more: (root: string) => Promise<void> = async () => {}): Promise<CocoDataset> {
  return withFolder(async (folder) => {
    const root = join(folder, 'images');
    await mkdir(root);
    for (const id of [1, 2, 3])
      await sharpOf(halves(size, 100 + id))
        .png()
        .toFile(join(root, `${id}.png`));
    await more(root);
    await writeFile(join(folder, 'labels.json'), typeof document === 'string' ? document : JSON.stringify(document));
    return readCoco(join(folder, 'labels.json'), root);
  });
}

const reasonsOf = ({ issues }: CocoDataset): string[] => issues.map(({ subject, reason }) => `${subject}: ${reason}`);

describe('readCoco', () => {
  it('reads pictures, categories sorted by id, and human labels', async () => {
    const data = await read({
      images: [image(1), image(2)],
      annotations: [annotation(5)],
      categories: [{ id: 9, name: 'b' }, { id: 0, name: 'a' }, ...categories],
    });
    assert.deepEqual(data.categories, [
      { id: 0, name: 'a' },
      { id: 7, name: 'thing' },
      { id: 9, name: 'b' },
    ]);
    assert.deepEqual(
      data.images.map(({ cocoId, fileName, facts, truths }) => [cocoId, fileName, facts.size, truths.length]),
      [
        [1, '1.png', size, 1],
        [2, '2.png', size, 0],
      ],
    );
    const { cocoId, truth } = data.images[0]!.truths[0]!;
    assert.equal(cocoId, 5);
    assert.deepEqual(
      { ...truth, mask: rle.area(truth.mask) },
      { category: 7, box: { x1: 4, y1: 4, x2: 14, y2: 14 }, mask: 100, crowd: false, areaPx2: 100 },
    );
    assert.deepEqual(data.issues, []);
  });

  it('reads the same mask from a polygon, from compressed and from uncompressed RLE', async () => {
    const mask = rle.fromPolygons(size, [SQUARE]);
    const forms = [[SQUARE], { size: [20, 40], counts: [...mask.counts] }, { size: [20, 40], counts: rle.countsToString(mask.counts) }];
    for (const segmentation of forms) {
      const { images } = await read({ images: [image(1)], annotations: [annotation(1, { segmentation })], categories });
      assert.deepEqual(images[0]!.truths[0]!.truth.mask, mask);
    }
  });

  it('believes a stated area within a factor of two of the mask', async () => {
    const areas = [49, 50, 130, 200, 201, null, 'big', undefined];
    const annotations = areas.map((area, index) =>
      annotation(index, { area, segmentation: [SQUARE.map((value, at) => value + (at % 2 === 0 ? index : 0))] }),
    );
    const { images } = await read({ images: [image(1)], annotations, categories });
    assert.deepEqual(
      images[0]!.truths.map(({ truth }) => truth.areaPx2),
      [100, 50, 130, 200, 100, 100, 100, 100],
    );
  });

  it('leaves a bad annotation out and says which and why', async () => {
    const bad: readonly (readonly [more: Entry, reason: string])[] = [
      [{ image_id: 99 }, 'unknown-image'],
      [{ category_id: 99 }, 'unknown-category'],
      [{ image_id: '1' }, 'bad-id'],
      [{ iscrowd: 'yes' }, 'bad-entry'],
      [{ segmentation: undefined }, 'no-segmentation'],
      [{ segmentation: 'text' }, 'bad-segmentation'],
      [{ segmentation: [] }, 'empty-mask'],
      [{ segmentation: [[1, 1, 5, 5]] }, 'bad-polygon'],
      [{ segmentation: [[1, 1, 5, 5, 9, 9]] }, 'bad-polygon'],
      [{ segmentation: [[1, 1, 5, 1, 5, '5']] }, 'bad-polygon'],
      [{ segmentation: SQUARE }, 'bad-polygon'],
      [{ segmentation: [[100, 1, 150, 1, 150, 50]] }, 'empty-mask'],
      [{ segmentation: { size: [40, 20], counts: [800] } }, 'bad-rle'],
      [{ segmentation: { size: [20, 40], counts: [801] } }, 'bad-rle'],
      [{ segmentation: { size: [20, 40], counts: [800] } }, 'empty-mask'],
      [{ segmentation: { counts: [800] } }, 'bad-rle'],
    ];
    const annotations = [annotation(100), ...bad.map(([more], index) => annotation(index, more)), null];
    const data = await read({ images: [image(1)], annotations, categories });
    const expected = [
      ...bad.map(([, reason], index) => `annotation ${index}: ${reason}`),
      `annotation at index ${bad.length + 1}: bad-entry`,
    ];
    assert.deepEqual(reasonsOf(data).sort(), expected.sort());
    assert.equal(data.images[0]!.truths.length, 1);
  });

  it('keeps the good parts of a polygon list, and both parts of one object', async () => {
    const second = SQUARE.map((value, at) => value + (at % 2 === 0 ? 20 : 0));
    const data = await read({ images: [image(1)], annotations: [annotation(1, { segmentation: [SQUARE, [1, 2], second] })], categories });
    assert.equal(rle.area(data.images[0]!.truths[0]!.truth.mask), 200);
    assert.deepEqual(
      data.issues.map(({ reason, detail }) => [reason, detail]),
      [['bad-polygon-part', 'Expected 3 or more for the points of a polygon, got 1 (number); the other parts are kept']],
    );
  });

  it('keeps one of two equal annotations, and both of two that share an id', async () => {
    const data = await read({
      images: [image(1)],
      annotations: [annotation(1), annotation(2), annotation(1, { segmentation: [[20, 2, 30, 2, 30, 12]] })],
      categories,
    });
    assert.deepEqual(reasonsOf(data), ['annotation 2: duplicate-annotation', 'annotation 1: bad-annotation-id']);
    assert.deepEqual(
      data.images[0]!.truths.map(({ cocoId }) => cocoId),
      [1, null],
    );
  });

  it('marks crowds', async () => {
    const { images } = await read({ images: [image(1)], annotations: [annotation(1, { iscrowd: 1 })], categories });
    assert.equal(images[0]!.truths[0]!.truth.crowd, true);
  });

  it('leaves out pictures that cannot be trusted, with their annotations', async () => {
    const images = [
      image(1),
      image(2, { width: 80 }),
      image(3, { file_name: 'gone.png' }),
      image(4, { file_name: '1.png' }),
      image(5, { file_name: 'cut.png' }),
      image(6),
      image(6),
      { id: 2 ** 53, file_name: '3.png' },
      { id: 8 },
    ];
    const annotations = [annotation(1), annotation(2, { image_id: 2 }), annotation(3, { image_id: 2 })];
    const data = await read({ images, annotations, categories }, async (root) => {
      const png = await sharpOf(halves(size, 9)).png().toBuffer();
      await writeFile(join(root, 'cut.png'), png.subarray(0, png.length / 2));
    });
    assert.deepEqual(
      data.images.map(({ cocoId }) => cocoId),
      [1],
    );
    assert.deepEqual(reasonsOf(data), [
      'image at index 7: bad-id',
      'image at index 8: bad-file-name',
      'image 6: duplicate-image-id',
      'image 2: size-mismatch',
      'image 3: absent',
      'image 4: duplicate-image',
      'image 5: truncated',
      'image 2: annotations-left-out',
    ]);
    assert.equal(data.issues.at(-1)?.detail, '2 annotations are left out with the image');
  });

  it('takes labels of the upright view, and refuses those of the stored view', async () => {
    const turned = async (root: string) => {
      await sharpOf(halves(size)).withMetadata({ orientation: 6 }).png().toFile(join(root, 'turned.png'));
    };
    const upright = { file_name: 'turned.png', width: 20, height: 40 };
    const data = await read({ images: [image(1, upright)], annotations: [annotation(1)], categories }, turned);
    assert.deepEqual(data.images[0]!.truths[0]!.truth.mask.size, { width: 20, height: 40 });
    await assert.rejects(read({ images: [image(1, { file_name: 'turned.png' })], annotations: [annotation(1)], categories }, turned), {
      code: 'DATA_NO_IMAGES',
      message: /stated as 40x20, but "turned.png" has 20x40 \(upright; its EXIF orientation is 6\)/,
    });
  });

  it('never opens a file outside the image folder', async () => {
    const names = [
      '../secret.png',
      'sub/../../secret.png',
      '/etc/passwd',
      'C:\\x.png',
      'C:x.png',
      '..\\secret.png',
      'http://localhost/a.png',
      'file:///etc/passwd',
      'a\0.png',
      '',
      '.',
      'link.png',
      'linked/secret.png',
    ];
    const images = [image(1), ...names.map((file_name, index) => ({ id: 10 + index, file_name }))];
    const data = await read({ images, annotations: [annotation(1)], categories }, async (root) => {
      const secrets = join(root, '../secrets');
      await mkdir(secrets);
      await mkdir(join(root, 'sub'));
      await sharpOf(halves(size, 5)).png().toFile(join(secrets, 'secret.png'));
      await sharpOf(halves(size, 6)).png().toFile(join(root, '../secret.png'));
      await symlink(join(secrets, 'secret.png'), join(root, 'link.png'));
      await symlink(secrets, join(root, 'linked'));
    });
    assert.deepEqual(
      data.images.map(({ cocoId }) => cocoId),
      [1],
    );
    const reasons = new Set(data.issues.map(({ reason }) => reason));
    assert.equal(data.issues.length, names.length);
    assert.deepEqual(reasons, new Set(['file-outside-root', 'file-is-url', 'bad-file-name']));
  });

  it('follows a link that stays inside, and a root that is a link itself', () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, 'real'));
      await sharpOf(halves(size)).png().toFile(join(folder, 'real/a.png'));
      await symlink(join(folder, 'real/a.png'), join(folder, 'real/b.png'));
      await symlink(join(folder, 'real'), join(folder, 'root'));
      await writeFile(join(folder, 'labels.json'), JSON.stringify({ images: [image(1, { file_name: 'b.png' })] }));
      const { images } = await readCocoImages(join(folder, 'labels.json'), join(folder, 'root'));
      assert.equal(images.length, 1);
    }));

  it('names a category without name by its id and keeps equal names apart', async () => {
    const named = [{ id: 7 }, { id: 8, name: 5 }, { id: 9, name: 'x' }, { id: 10, name: 'x' }, { id: '11', name: 'y' }, null];
    const data = await read({ images: [image(1)], annotations: [annotation(1)], categories: named });
    assert.deepEqual(
      data.categories.map(({ name }) => name),
      ['7', '5', 'x', 'x'],
    );
    assert.deepEqual(reasonsOf(data), [
      'category 7: bad-category-name',
      'category 8: bad-category-name',
      'category at index 4: bad-id',
      'category at index 5: bad-entry',
      'category 10: duplicate-category-name',
    ]);
  });

  it('says in one sentence why a file as a whole is unusable', async () => {
    const good = { images: [image(1)], annotations: [annotation(1)], categories };
    const cases: readonly (readonly [document: unknown, code: string, message: RegExp])[] = [
      ['', 'DATA_BAD_JSON', /^Expected JSON for ".*labels\.json", got an empty file$/],
      ['{"images": [\n1, 2', 'DATA_BAD_JSON', /line 2, column 5$/],
      ['[1, NaN]', 'DATA_BAD_JSON', /Unexpected token 'N'/],
      [[], 'DATA_NOT_COCO', /got an array: it looks like a COCO results file$/],
      ['null', 'DATA_NOT_COCO', /^Expected an object for the entry, got null \(null\), in the COCO data set/],
      [{ ...good, images: {} }, 'DATA_NOT_COCO', /^Expected an array for images, got {} \(object\), in the COCO data set/],
      [{ ...good, categories: undefined }, 'DATA_NO_CATEGORIES', /^Expected at least one category for .*, got none$/],
      [{ ...good, categories: [...categories, ...categories] }, 'DATA_BAD_CATEGORIES', /got id 7 more than once$/],
      [{ ...good, images: [image(9)] }, 'DATA_NO_IMAGES', /got none: 1 absent \(image 9: there is no file ".*9\.png"\)$/],
      [{ ...good, annotations: [] }, 'DATA_NO_ANNOTATIONS', /got none: the file lists none$/],
    ];
    for (const [document, code, message] of cases) await assert.rejects(read(document), { code, message }, String(message));
    await assert.rejects(readCoco('/nowhere/a.json', '/nowhere'), {
      code: 'DATA_UNREADABLE',
      message: 'Expected a file for "/nowhere/a.json", got absent: there is no file "/nowhere/a.json"',
      hint: 'check the path and who may read it',
    });
  });

  it('accepts a byte order mark and refuses UTF-16', async () => {
    const text = JSON.stringify({ images: [image(1)], annotations: [annotation(1)], categories });
    assert.equal((await read(`\ufeff${text}`)).images.length, 1);
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'a.json'), Buffer.from(text, 'utf16le'));
      await assert.rejects(readCoco(join(folder, 'a.json'), folder), {
        code: 'DATA_BAD_JSON',
        message: /got UTF-16 text$/,
        hint: 'save the file as UTF-8',
      });
    });
  });

  it('keeps its process whole: deep nesting and keys named __proto__', async () => {
    const text = JSON.stringify({ images: [image(1)], annotations: [annotation(1)], categories });
    const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const data = await read(
      `{"info": ${nested}, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, ${text.slice(1)}`,
    );
    assert.equal(data.images[0]!.truths.length, 1);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

it('readCocoImages needs neither annotations nor categories', () =>
  withFolder(async (folder) => {
    await sharp({ create: { ...size, channels: 3, background: 'red' } })
      .png()
      .toFile(join(folder, '1.png'));
    await writeFile(join(folder, 'list.json'), JSON.stringify({ images: [image(1), image(2)] }));
    const { images, issues } = await readCocoImages(join(folder, 'list.json'), folder);
    assert.deepEqual(
      images.map(({ cocoId }) => cocoId),
      [1],
    );
    assert.deepEqual(
      issues.map(({ reason }) => reason),
      ['absent'],
    );
  }));
