import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { sketchDataset } from './sketch.ts';
import { withFolder } from './test-pictures.ts';

/** A folder of these files: a list of picture names makes a COCO file that names them; anything else is written as it is. */
async function layOut(folder: string, files: Readonly<Record<string, readonly string[] | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : coco(content));
  }
}

function coco(pictures: readonly string[]): string {
  const images = pictures.map((file_name, index) => ({ id: index + 1, file_name, width: 4, height: 4 }));
  const annotations = images.map(({ id }) => ({ id, image_id: id, category_id: 1, segmentation: [[0, 0, 2, 0, 2, 2]], iscrowd: 0 }));
  return JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'thing' }] });
}

const sketchOf = (files: Parameters<typeof layOut>[1]) =>
  withFolder(async (folder) => {
    await layOut(folder, files);
    const { labeled, validation, unlabeled } = await sketchDataset(folder);
    const inside = (path: string) => path.slice(folder.length + 1) || '.';
    const part = ({ annotations, images, pictures }: typeof labeled) => [inside(annotations), inside(images), pictures];
    return {
      labeled: part(labeled),
      validation: part(validation),
      unlabeled: unlabeled && [inside(unlabeled.images), unlabeled.list && inside(unlabeled.list)],
    };
  });

describe('sketchDataset', () => {
  it('knows the parts by their names, and unlabeled pictures by a list', async () => {
    const files = { 'train_labeled.json': ['a.jpg', 'b.jpg'], 'val.json': ['c.jpg'], 'unlabeled_truth.json': ['d.jpg'] };
    const pictures = { 'images/a.jpg': '', 'images/c.jpg': '', 'images/d.jpg': '', 'unlabeled.txt': 'd.jpg\n' };
    assert.deepEqual(await sketchOf({ ...files, ...pictures }), {
      labeled: ['train_labeled.json', 'images', 2],
      validation: ['val.json', 'images', 1],
      unlabeled: ['images', 'unlabeled.txt'],
    });
  });

  it("finds COCO's own layout: annotations beside a folder a part", async () => {
    const files = {
      'annotations/instances_train2017.json': ['a.jpg'],
      'annotations/instances_val2017.json': ['b.jpg'],
      'train2017/a.jpg': '',
      'val2017/b.jpg': '',
      'unlabeled2017/c.jpg': '',
    };
    assert.deepEqual(await sketchOf(files), {
      labeled: ['annotations/instances_train2017.json', 'train2017', 1],
      validation: ['annotations/instances_val2017.json', 'val2017', 1],
      unlabeled: ['unlabeled2017', null],
    });
  });

  it('finds a file a part beside its own pictures', async () => {
    const name = '_annotations.coco.json';
    const files = { [`train/${name}`]: ['a.jpg'], [`valid/${name}`]: ['b.jpg', 'c.jpg'], 'train/a.jpg': '', 'valid/b.jpg': '' };
    const { labeled, validation, unlabeled } = await sketchOf(files);
    assert.deepEqual(labeled, [`train/${name}`, 'train', 1]);
    assert.deepEqual(validation, [`valid/${name}`, 'valid', 2]);
    assert.equal(unlabeled, null);
  });

  it('takes the larger file to train on where names say nothing', async () => {
    const { labeled, validation } = await sketchOf({ 'x.json': ['a.jpg'], 'y.json': ['a.jpg', 'b.jpg'], 'a.jpg': '', 'b.jpg': '' });
    assert.deepEqual([labeled[0], validation[0]], ['y.json', 'x.json']);
  });

  it('passes over what is no COCO file with pictures that are there', async () => {
    const files = { 'train.json': ['a.jpg'], 'val.json': ['a.jpg'], 'a.jpg': '' };
    const others = { 'package.json': '{"name": "x"}', 'broken.json': '{', 'results.json': '[]', 'trainval.json': ['elsewhere.jpg'] };
    const { labeled, validation } = await sketchOf({ ...files, ...others });
    assert.deepEqual([labeled[0], validation[0]], ['train.json', 'val.json']);
  });

  it('says what is missing, and what it found', async () => {
    await withFolder(async (folder) => {
      await layOut(folder, { 'train.json': ['a.jpg'], 'a.jpg': '' });
      await assert.rejects(sketchDataset(folder), {
        code: 'DATA_NO_COCO_FILES',
        message: `Expected two COCO instance files with their pictures in ${folder} (one to train on, one to measure on), found train.json`,
        hint: 'put a train*.json and a val*.json there, or write selfpaste.yaml by hand: docs/config.md has every setting',
      });
      const nowhere = join(folder, 'nowhere');
      const message = `Expected a folder at ${nowhere}`;
      await assert.rejects(sketchDataset(nowhere), { code: 'DATA_UNREADABLE', message, hint: 'check the path' });
    });
  });
});
