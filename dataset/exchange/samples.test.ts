/** What the tools' documentation shows, and what their own code makes (test/golden/exchange). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CategoryId, type Rle, rle } from '../../core/index.ts';
import { packBrush, unpackBrush } from './brush-rle.ts';
import { coco, fiftyone } from './coco.ts';
import { cocoResultsFormat } from './coco-results.ts';
import { cvatXml } from './cvat-xml.ts';
import { exchangeFormat } from './formats.ts';
import { labelStudio } from './label-studio.ts';
import { labelme } from './labelme.ts';
import { parquet } from './parquet.ts';
import { readParquetRows } from './parquet-rows.ts';
import { fileOf, sourceOf } from './test-source.ts';
import { yoloSeg, yoloSegScores } from './yolo-seg.ts';

const golden = (name: string): Buffer => readFileSync(join(process.cwd(), 'test/golden/exchange', name));
const textOf = (mask: Rle): string => rle.countsToString(mask.counts);
const areasOf = (images: readonly { readonly labels: readonly { readonly mask: Rle }[] }[]): number[] =>
  images.flatMap(({ labels }) => labels.map(({ mask }) => rle.area(mask)));
const rectangle = (width: number, height: number): Rle =>
  rle.fromBox({ width: 10, height: 8 }, { x1: 1, y1: 2, x2: 1 + width, y2: 2 + height });
const label = { id: 'p1', category: 'cell', box: { x1: 1, y1: 2, x2: 4, y2: 5 }, mask: rectangle(3, 3), score: 0.5, crowd: false };
const image = { fileName: 'a.jpg', sha256: null, size: label.mask.size, labels: [label] };
const categories = [{ id: 7 as CategoryId, name: 'cell' }];
const textsOf = async (written: ReturnType<typeof coco.write>): Promise<Map<string, string>> =>
  new Map((await written).files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));

test("Label Studio's converter: the same numbers for the same mask, both ways", () => {
  const samples = JSON.parse(golden('brushes.json').toString()) as { width: number; height: number; text: string; brush: number[] }[];
  for (const { width, height, text, brush } of samples) {
    const size = { width, height };
    const mask = rle.fromString(size, text);
    const unpacked = unpackBrush(brush, size);
    assert.ok(unpacked !== null);
    assert.equal(textOf(rle.encode(unpacked)), text);
    // The converter has a bit of its own for single values, which no mask of four equal channels needs.
    assert.deepEqual(packBrush(mask), brush);
  }
});

test('brush numbers of another size, cut off, or of a run past the end are refused', () => {
  const size = { width: 4, height: 3 };
  const packed = packBrush(rle.fromBox(size, { x1: 1, y1: 0, x2: 3, y2: 2 }));
  assert.equal(unpackBrush(packed, { width: 3, height: 3 }), null);
  for (let end = 0; end < packed.length - 2; end++) assert.equal(unpackBrush(packed.slice(0, end), size), null, `${end}`);
  assert.equal(unpackBrush([255, 255, 255, 255, 57, 27], { width: 65_536, height: 65_536 }), null);
});

test("LabelMe's masks and polygons: masks as LabelMe draws them, parts of a group as one label", async () => {
  const { document, drawn } = JSON.parse(golden('labelme.json').toString()) as { document: object; drawn: Record<string, string> };
  const { images, issues } = await labelme.read(fileOf('labels/a.json', document), []);
  assert.deepEqual(issues, []);
  assert.equal(images[0].fileName, 'pictures/a.jpg');
  const byName = new Map(images[0].labels.map((one) => [one.category, one]));
  for (const name of ['ring', 'cut', 'inset']) assert.equal(textOf(byName.get(name)?.mask as Rle), drawn[name], name);
  assert.deepEqual([...byName.keys()], ['ring', 'cut', 'square', 'inset']);
  // LabelMe paints the edge as well, a pixel more to the right and below, unless it lies inside the pixels as ours does.
  const square = rle.fromString(images[0].size, drawn.square);
  const mask = byName.get('square')?.mask as Rle;
  assert.equal(rle.area(rle.subtract(mask, square)), 0);
  assert.deepEqual([rle.area(mask), rle.area(square)], [37, 57]);
});

test('LabelMe gets polygons that it draws with the same pixels, and masks where there are holes', async () => {
  const ring = rle.subtract(rectangle(5, 5), rle.fromBox(label.mask.size, { x1: 3, y1: 4, x2: 4, y2: 5 }));
  const files = await textsOf(labelme.write([{ ...image, labels: [label, { ...label, id: null, mask: ring }] }], categories));
  const { shapes, imagePath } = JSON.parse(files.get('a.json') as string);
  assert.equal(imagePath, 'a.jpg');
  assert.deepEqual(
    shapes.map(({ shape_type, points }: { shape_type: string; points: object }) => [shape_type, points]),
    [
      [
        'polygon',
        [
          [3.95, 2.05],
          [3.95, 4.95],
          [1.05, 4.95],
          [1.05, 2.05],
        ],
      ],
      [
        'mask',
        [
          [1, 2],
          [5, 6],
        ],
      ],
    ],
  );
});

test("pyarrow's table: 64 bit numbers, columns that are not ours, and a picture without labels", async () => {
  const { images, issues } = await parquet.read(sourceOf([{ path: 'labels.parquet', bytes: golden('labels.parquet') }]), []);
  assert.deepEqual(issues, []);
  const [{ labels, ...picture }, empty] = images;
  assert.deepEqual(picture, { fileName: 'a b/ü.jpg', sha256: null, size: { width: 30, height: 20 } });
  const [{ mask, box, ...rest }] = labels;
  assert.deepEqual(rest, { id: 'p7', category: 'say "x"', score: 0.25, crowd: false });
  assert.deepEqual(box, rle.toBox(mask));
  assert.deepEqual(empty, { ...picture, fileName: 'empty.jpg', labels: [] });
});

test('a Parquet file that lacks columns, or is not read in time, is refused', async () => {
  const bytes = golden('labels.parquet');
  const file = { path: 'labels.parquet', bytes, columns: ['rle'], required: ['rle', 'mask'] };
  await assert.rejects(readParquetRows(file), {
    code: 'DATA_BAD_EXCHANGE',
    message: 'Expected columns rle, mask for "labels.parquet", got no mask',
  });
  const message = 'Expected a sound Parquet file for "labels.parquet", got one that is not read after 1 ms';
  await assert.rejects(readParquetRows({ ...file, required: [] }, 1), { code: 'DATA_BAD_EXCHANGE', message });
});

test("CVAT's masks are run lengths by rows inside their box; polygons of a group are one label; boxes are an issue", async () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><labels><label><name>cell</name></label></labels></task></meta>
<image id="0" name="folder/a &amp; b.jpg" width="10" height="8">
  <mask label="cell" source="manual" occluded="0" rle="1, 2, 3" left="4" top="3" width="3" height="2" z_order="0">
    <attribute name="label_id">p12</attribute><attribute name="score">0.25</attribute><attribute name="verdict">rejected</attribute></mask>
  <polygon label="cell" points="0,0;2,0;2,2;0,2" group_id="3"></polygon>
  <polygon label="cell" points="5.00,0.00;7.00,0.00;7.00,1.00;5.00,1.00" group_id="3"><attribute name="crowd">true</attribute></polygon>
  <box label="cell" xtl="1" ytl="1" xbr="2" ybr="2"/>
</image>
<image id="1" name="b.jpg" width="10" height="8"/>
</annotations>`;
  const { images, issues } = await cvatXml.read(fileOf('annotations.xml', xml), []);
  const [{ fileName, labels }, empty] = images;
  assert.equal(fileName, 'folder/a & b.jpg');
  assert.deepEqual(rle.toBox(labels[0].mask), { x1: 5, y1: 3, x2: 7, y2: 4 });
  assert.deepEqual([labels[0].id, labels[0].score, labels[0].verdict, labels[1].id], ['p12', 0.25, 'rejected', null]);
  assert.deepEqual(areasOf(images), [2, 6]);
  assert.deepEqual(empty.labels, []);
  assert.deepEqual(
    issues.map(({ subject, reason }) => `${subject}: ${reason}`),
    ['box 4 of image "folder/a & b.jpg": unsupported-shape'],
  );
});

test('a document type is refused, so that no entity is ever read', async () => {
  const xml =
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><annotations><image id="0" name="&e;" width="1" height="1"/></annotations>';
  await assert.rejects(cvatXml.read(fileOf('a.xml', xml), []), {
    code: 'DATA_BAD_EXCHANGE',
    message: 'Expected XML without document type for "a.xml", got a DOCTYPE',
    hint: 'name the format that the file has with --format, or export it again',
  });
  await assert.rejects(cvatXml.read(fileOf('a.xml', '<annotations>&e;</annotations>'), []), { code: 'DATA_BAD_EXCHANGE' });
});

test('a name that XML cannot hold is refused by name', async () => {
  const named = [{ id: 1 as CategoryId, name: 'a\u0001' }];
  await assert.rejects(cvatXml.write([], named), {
    code: 'DATA_NOT_EXPRESSIBLE',
    message: 'Expected characters that XML has for a name, got "a\\u0001" (string)',
    hint: 'rename it, or choose a format in JSON',
  });
});

test("Label Studio's polygons are in percent; an annotation stands for the picture, and the class may be of any tag", async () => {
  const region = (value: object) => ({ type: 'x', value, original_width: 10, original_height: 8, image_rotation: 0 });
  const polygon = {
    points: [
      [0, 0],
      [50, 0],
      [50, 25],
      [0, 25],
    ],
    closed: true,
  };
  const task = {
    id: 1,
    data: { image: '/data/local-files/?d=folder/a%20b.jpg' },
    predictions: [{ result: [region({ ...polygon, polygonlabels: ['predicted'] })] }],
    annotations: [
      { was_cancelled: true, result: [region({ ...polygon, polygonlabels: ['cancelled'] })] },
      { result: [region({ ...polygon, labels: ['cell'] }), region({ rectanglelabels: ['cell'], x: 1 }), { type: 'choices', value: {} }] },
    ],
  };
  const { images, issues } = await labelStudio.read(fileOf('export.json', [task]), []);
  assert.deepEqual(
    images.map(({ fileName, labels }) => [fileName, labels.map(({ category, mask }) => [category, rle.area(mask)])]),
    [['folder/a b.jpg', [['cell', 10]]]],
  );
  assert.deepEqual(
    issues.map(({ detail }) => detail),
    ['it is neither a brush mask nor a polygon'],
  );
});

test('Label Studio gets scored labels as a prediction and human ones as an annotation, and a configuration that knows the classes', async () => {
  const human = { ...image, fileName: 'b.jpg', labels: [{ ...label, id: 'd3', score: null }] };
  const files = await textsOf(labelStudio.write([image, human], [{ id: 1 as CategoryId, name: 'cell' }]));
  const [scored, drawn] = JSON.parse(files.get('tasks.json') as string);
  assert.deepEqual([scored.predictions[0].score, scored.predictions[0].result[0].score, scored.annotations], [0.5, 0.5, []]);
  assert.deepEqual([drawn.predictions, drawn.annotations[0].result[0].meta], [[], { label_id: 'd3' }]);
  assert.match(files.get('config.xml') as string, /<Image name="image" value="\$image".*<Label value="cell"\/>/s);
});

test("YOLO's lines: polygons of different lengths, a score at an odd place; a box is an issue", async () => {
  const source = sourceOf([
    { path: 'data.yaml', bytes: Buffer.from("train: images\nnames: ['cell', 'it''s']\n") },
    {
      path: 'labels/train/a.txt',
      bytes: Buffer.from('0 0 0 0.5 0 0.5 0.25 0 0.25\r\n\n1 0.5 0.5 1 0.5 1 1 0.75\n0 0.5 0.5 1 1\n9 0 0 1 0 1 1\n'),
    },
    { path: 'labels/train/unknown.txt', bytes: Buffer.from('') },
  ]);
  const { images, issues } = await yoloSeg.read(source, [{ fileName: 'pictures/a.jpg', size: { width: 10, height: 8 } }]);
  assert.equal(images[0].fileName, 'pictures/a.jpg');
  assert.deepEqual(
    images[0].labels.map(({ category, score, mask }) => [category, score, rle.area(mask)]),
    [
      ['cell', null, 10],
      ["it's", 0.75, 10],
    ],
  );
  assert.deepEqual(
    issues.map(({ subject, reason }) => `${subject}: ${reason}`),
    ['line 4: no-segmentation', 'line 5: unknown-category', 'labels/train/unknown.txt: unknown-picture'],
  );
});

test('YOLO is written as Ultralytics documents it, with the score last where it predicts', async () => {
  const files = await textsOf(yoloSeg.write([image, { ...image, fileName: 'deep/empty.png', labels: [] }], categories));
  assert.equal(files.get('data.yaml'), 'path: .\ntrain: images\nval: images\nnames:\n  0: "cell"\n');
  assert.equal(files.get('labels/a.txt'), '0 0.395 0.25625 0.395 0.61875 0.105 0.61875 0.105 0.25625\n');
  assert.equal(files.get('labels/deep/empty.txt'), '');
  const predicted = await textsOf(yoloSegScores.write([image], categories));
  assert.equal(predicted.get('labels/a.txt'), '0 0.395 0.25625 0.395 0.61875 0.105 0.61875 0.105 0.25625 0.5\n');
  const { losses } = await yoloSeg.write([image, { ...image, fileName: 'a.png', labels: [] }], categories);
  assert.deepEqual(
    losses.map(({ sentence }) => sentence),
    [
      'the scores of 1 label are left out',
      'the ids of 1 label are left out: they come back as new ones',
      '2 pictures differ from another in the ending of the name alone: label files with the whole name tell them apart here, but YOLO does not look for them',
    ],
  );
});

test('FiftyOne gets classes by id from 1 on and boxes of masks, and its own polygons come back', async () => {
  const wide = { ...image, labels: [{ ...label, box: { x1: 0.5, y1: 1, x2: 6, y2: 7 } }] };
  const files = await textsOf(fiftyone.write([wide], categories));
  const document = JSON.parse(files.get('labels.json') as string);
  assert.deepEqual(document.categories, [{ id: 1, name: 'cell', supercategory: null }]);
  const [{ segmentation, ...annotation }] = document.annotations;
  const expected = { id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 3, 3], area: 9, iscrowd: 0, score: 0.5, label_id: 'p1' };
  assert.deepEqual(annotation, expected);
  assert.deepEqual(segmentation.size, [8, 10]);
  const edited = { ...document, annotations: [{ ...annotation, iscrowd: undefined, segmentation: [[0, 0, 2, 0, 2, 2, 0, 2]] }] };
  const { images } = await fiftyone.read(fileOf('labels.json', edited), []);
  assert.deepEqual([images[0].labels[0].id, rle.area(images[0].labels[0].mask)], ['p1', 4]);
});

test('the run is kept where the tools keep the ids of labels, and in the YAML where there are no ids', async () => {
  const named = { ...image, labels: [{ ...label, run: 'run-0123456789ab' }] };
  const own = { label_id: 'p1', selfpaste_run: 'run-0123456789ab' };
  const fieldsOf = (fields: Record<string, unknown>) => ({ label_id: fields.label_id, selfpaste_run: fields.selfpaste_run });
  const jsonOf = async (written: ReturnType<typeof coco.write>, path: string) => JSON.parse((await textsOf(written)).get(path) as string);
  for (const [format, path] of [[coco, 'instances.json'] as const, [fiftyone, 'labels.json'] as const])
    assert.deepEqual(fieldsOf((await jsonOf(format.write([named], categories), path)).annotations[0]), own);
  assert.deepEqual(fieldsOf((await jsonOf(cocoResultsFormat.write([named], categories), 'results.json'))[0]), own);
  assert.deepEqual(fieldsOf((await jsonOf(labelme.write([named], categories), 'a.json')).shapes[0]), own);
  const [task] = await jsonOf(labelStudio.write([named], categories), 'tasks.json');
  assert.deepEqual(task.predictions[0].result[0].meta, own);
  const cvat = await textsOf(cvatXml.write([named], categories));
  assert.match(cvat.get('annotations.xml') as string, /<mask .*<attribute name="selfpaste_run">run-0123456789ab<\/attribute>/);
  const [{ attributes }] = JSON.parse(cvat.get('labels.json') as string);
  assert.ok(attributes.some(({ name }: { name: string }) => name === 'selfpaste_run'));
  const { files } = await parquet.write([named], categories);
  const [row] = await readParquetRows({ path: '', bytes: files[0].bytes, columns: Object.keys(own), required: [] });
  assert.deepEqual({ ...row }, own);
  const yolo = (await textsOf(yoloSeg.write([named], categories))).get('data.yaml');
  assert.match(yolo as string, /\nselfpaste_run: "run-0123456789ab"\n$/);
});

test('COCO keeps the ids of categories; results have a score, also what a person drew', async () => {
  const drawn = { ...label, id: 'd2', score: null };
  const files = await textsOf(cocoResultsFormat.write([{ ...image, labels: [drawn] }], categories));
  const [result] = JSON.parse(files.get('results.json') as string);
  assert.deepEqual([result.category_id, result.score, result.unscored, result.label_id], [7, 1, true, 'd2']);
  assert.deepEqual(JSON.parse(files.get('images.json') as string).categories, [{ id: 7, name: 'cell' }]);
  await assert.rejects(cocoResultsFormat.read(fileOf('results.json', [result]), []), {
    code: 'DATA_NO_EXCHANGE_FILE',
    message: 'Expected two JSON files, the results and the images that they speak of (images.json) for "a folder", got 1 (results.json)',
    hint: 'give the file itself, or a folder with only the files of one export',
  });
});

test('bad entries cost only themselves, each with its reason', async () => {
  const mask = { size: [8, 10], counts: textOf(label.mask) };
  const one = { id: 1, image_id: 1, category_id: 7, segmentation: mask };
  const document = {
    images: [
      { id: 1, file_name: 'a.jpg', width: 10, height: 8, sha256: 'no hash' },
      { id: 2, file_name: 'b.jpg', width: 1e9, height: 1e9 },
      { id: 3, file_name: '', width: 1, height: 1 },
    ],
    categories,
    annotations: [
      { ...one, label_id: 'p1', score: 2 },
      { ...one, label_id: 'p1' },
      { ...one, label_id: '; drop table', segmentation: [[1e300, 0, 1e300, 1e300, 1, 1e300, 1, 0]] },
      { ...one, image_id: 2 },
      { ...one, segmentation: { size: [9, 9], counts: mask.counts } },
      { ...one, category_id: 8 },
    ],
  };
  const { images, issues } = await coco.read(fileOf('a.json', document), []);
  assert.deepEqual(
    images.map(({ fileName, sha256, labels }) => [fileName, sha256, labels.map(({ id }) => id)]),
    [['a.jpg', null, ['p1', null, null]]],
  );
  assert.deepEqual(
    issues.map(({ reason }) => reason),
    ['bad-size', 'bad-file-name', 'bad-score', 'unknown-image', 'bad-rle', 'unknown-category', 'duplicate-label-id'],
  );
});

test('an unknown format is named with those that there are', () => {
  assert.equal(exchangeFormat('coco'), coco);
  assert.throws(() => exchangeFormat('voc'), {
    code: 'USAGE_NO_FORMAT',
    message: /^Expected one of coco, coco-results, yolo-seg, .*parquet for --format, got "voc" \(string\)$/,
    hint: 'choose one of them',
  });
});
