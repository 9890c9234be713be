/** What readers must not make of files that they cannot read as a whole: pictures without objects, and labels that are missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CategoryId, rle } from '../../core/index.ts';
import { coco } from './coco.ts';
import { cocoResultsFormat } from './coco-results.ts';
import { cvatXml } from './cvat-xml.ts';
import type { ExchangedImage, ExchangeFormat, ExchangeSource, Read } from './exchange.ts';
import { readId } from './fields.ts';
import { EXCHANGE_FORMATS } from './formats.ts';
import { labelStudio } from './label-studio.ts';
import { labelme } from './labelme.ts';
import { parquet } from './parquet.ts';
import { fileOf, sourceOf } from './test-source.ts';
import { yoloSeg } from './yolo-seg.ts';

const size = { width: 10, height: 8 };
const mask = rle.fromBox(size, { x1: 1, y1: 2, x2: 4, y2: 5 });
const label = { id: 'p1', category: 'cell', box: rle.toBox(mask), mask, score: 0.5, crowd: false };
const picture = (fileName: string, labels: ExchangedImage['labels'] = [label]): ExchangedImage => ({
  fileName,
  sha256: null,
  size,
  labels,
});
const categories = [{ id: 7 as CategoryId, name: 'cell' }];
const summary = ({ images }: Read) => images.map(({ fileName, labels, unread }) => [fileName, labels.length, unread]);
const reasons = ({ issues }: Read) => issues.map(({ reason }) => reason);
const segmentation = { size: [8, 10], counts: rle.countsToString(mask.counts) };
const annotation = { image_id: 1, category_id: 7, segmentation };
const document = { images: [{ id: 1, file_name: 'a.jpg', ...size }], categories, annotations: [annotation] };
const yolo = (files: Readonly<Record<string, string>>): ExchangeSource =>
  sourceOf([
    { path: 'data.yaml', bytes: Buffer.from('names: [cell]') },
    ...Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  ]);
const pairs = (...sides: readonly number[]) => Array.from({ length: sides.length / 2 }, (_, at) => sides.slice(2 * at, 2 * at + 2));
const SQUARE = '0 0 0 0.5 0 0.5 0.25 0 0.25\n';
const rowsOf = async (...images: readonly ExchangedImage[]) => sourceOf((await parquet.write(images, categories)).files);

test('ids of predictions and of what a person drew come back, and nothing else does', () => {
  for (const id of ['p1', 'd1', 'p123456789012345']) assert.equal(readId(id), id);
  for (const id of ['v1', 'p0', 'd', 'p1234567890123456', 'p1 ', 1, null]) assert.equal(readId(id), null);
});

test('entries that could not be read are counted with their picture, in every format', async () => {
  const broken = { ...annotation, segmentation: null };
  const results = (entries: readonly object[]) =>
    sourceOf([
      { path: 'results.json', bytes: Buffer.from(JSON.stringify(entries)) },
      { path: 'images.json', bytes: Buffer.from(JSON.stringify({ ...document, annotations: undefined })) },
    ]);
  const polygon = { label: 'cell', points: pairs(0, 0, 4, 0, 4, 4) };
  const shapes = [polygon, { ...polygon, shape_type: 'circle' }, { ...polygon, points: pairs(-9, -9, -8, -9, -8, -8) }];
  const percent = { points: pairs(0, 0, 50, 0, 50, 50), polygonlabels: ['cell'] };
  const regions = [
    { id: 'a', value: { points: percent.points } },
    { id: 'a', value: percent },
    { id: 'b', value: { points: percent.points } },
    { id: 'c', value: { rectanglelabels: ['cell'], x: 1, y: 1, width: 2, height: 2 } },
    { type: 'choices', value: { choices: ['good'] } },
  ];
  const xml = `<annotations><image id="0" name="a.jpg" width="10" height="8"><polygon label="cell" points="0,0;2,0;2,2;0,2"/>
    <box label="cell" xtl="1" ytl="1" xbr="2" ybr="2"/><ellipse label="cell" cx="1" cy="1" rx="2" ry="2"/></image></annotations>`;
  const sources: readonly [ExchangeFormat, ExchangeSource][] = [
    [coco, fileOf('a.json', { ...document, annotations: [annotation, broken, { ...annotation, category_id: 8 }] })],
    [
      coco,
      fileOf('a.json', { ...document, annotations: [annotation, { ...annotation, category_id: 'x' }, { ...annotation, image_id: '1' }] }),
    ],
    [coco, fileOf('a.json', { ...document, images: [...document.images, ...document.images], annotations: [annotation, null] })],
    [cocoResultsFormat, results([annotation, broken, { image_id: 1 }])],
    [cvatXml, fileOf('a.xml', xml)],
    [labelme, fileOf('a.json', { shapes, imagePath: 'a.jpg', imageWidth: 10, imageHeight: 8 })],
    [labelStudio, fileOf('a.json', [{ data: { image: 'a.jpg', ...size }, annotations: [{ result: regions }] }])],
    [yoloSeg, yolo({ 'labels/a.txt': `${SQUARE}0 0.5 0.5 1 1\n9 0 0 1 0 1 1\n` })],
    [parquet, await rowsOf(picture('a.jpg', [label, { ...label, category: '' }]), { ...picture('a.jpg'), size: { width: 8, height: 10 } })],
  ];
  for (const [format, source] of sources) {
    const read = await format.read(source, [{ fileName: 'a.jpg', size }]);
    assert.deepEqual(summary(read), [['a.jpg', 1, 2]], `${format.name}: ${JSON.stringify(read.issues)}`);
  }
});

test('a Label Studio task says something where the file has what a person or a model said of it', async () => {
  const data = { image: 'a.jpg', ...size };
  const silent = [
    { predictions: [17], annotations: [] },
    { predictions: [{ result: [] }], annotations: [4] },
    { annotations: [{ id: 3 }] },
    { annotations: [{ was_cancelled: true, result: [] }] },
    { annotations: [{ result: [12] }] },
    {},
  ];
  for (const task of silent) {
    const read = await labelStudio.read(fileOf('tasks.json', [{ data, ...task }]), []);
    assert.deepEqual([read.images, reasons(read)], [[], ['no-annotation']], JSON.stringify(task));
  }
  for (const task of [{ annotations: [{ result: [] }] }, { predictions: [{ result: [] }], annotations: [] }])
    assert.deepEqual(summary(await labelStudio.read(fileOf('tasks.json', [{ data, ...task }]), [])), [['a.jpg', 0, undefined]]);
  const { files } = await labelStudio.write([picture('a.jpg', [])], categories);
  const [{ predictions, annotations }] = JSON.parse(Buffer.from(files[0].bytes).toString());
  assert.deepEqual([predictions, annotations], [[{ model_version: 'selfpaste', result: [] }], []]);
});

test('a picture that comes twice is read once, and its other labels count as unread', async () => {
  const twice = { ...document, images: [...document.images, { ...document.images[0], id: 2 }] };
  const other = { ...annotation, image_id: 2 };
  const task = { data: { image: 'a.jpg', ...size }, annotations: [{ result: [] }] };
  const xml = '<image id="0" name="a.jpg" width="10" height="8"/>';
  const sources: readonly [ExchangeFormat, ExchangeSource, number, number | undefined][] = [
    [coco, fileOf('a.json', { ...twice, annotations: [annotation, other, other] }), 1, 2],
    [coco, fileOf('a.json', { ...twice, annotations: [annotation, { ...other, category_id: 8 }] }), 1, 1],
    [labelStudio, fileOf('a.json', [task, task]), 0, undefined],
    [cvatXml, fileOf('a.xml', `<annotations>${xml}${xml}</annotations>`), 0, undefined],
    [yoloSeg, yolo({ 'labels/train/a.txt': SQUARE, 'labels/val/a.txt': SQUARE }), 1, 1],
    [parquet, await rowsOf(picture('a.jpg'), { ...picture('a.jpg'), sha256: '0'.repeat(64) }), 1, 1],
  ];
  for (const [format, source, labels, unread] of sources) {
    const read = await format.read(source, [{ fileName: 'a.jpg', size }]);
    assert.deepEqual(summary(read), [['a.jpg', labels, unread]], format.name);
    assert.ok(reasons(read).includes('duplicate-picture'), format.name);
  }
  const hashed = ['0', 'f'].map((digit) => ({ ...picture('a.jpg'), sha256: digit.repeat(64) }));
  assert.equal((await parquet.read(await rowsOf(...hashed), [])).images.length, 2, 'one name and two contents');
});

test('YOLO files of pictures that differ in their ending alone are told apart, whichever of them were exported', async () => {
  const known = ['twin.jpg', 'twin.png', 'Twin.PNG', 'x', 'x.jpg', 'a/b.jpg', 'a//b.jpg', 'own.jpg'].map((fileName) => ({
    fileName,
    size,
  }));
  for (const { fileName } of known) {
    const { files } = await yoloSeg.write([picture(fileName)], categories, known);
    assert.deepEqual(summary(await yoloSeg.read(sourceOf(files), known)), [[fileName, 1, undefined]]);
  }
  const { files, losses } = await yoloSeg.write([picture('twin.png'), picture('own.jpg')], categories, known.slice(0, 2));
  assert.deepEqual(files.map(({ path }) => path).slice(1), ['labels/twin.png.txt', 'labels/own.txt']);
  assert.deepEqual(losses.find(({ what }) => what === 'pictures')?.count, 1);
});

test('a YOLO file that may be of several pictures is left out, and both spellings are read', async () => {
  const known = ['twin.jpg', 'twin.png', 'one.jpg', 'x/deep.jpg', 'y/deep.jpg'].map((fileName) => ({ fileName, size }));
  const texts = { 'labels/twin.txt': '', 'labels/twin.png.txt': SQUARE, 'labels/one.jpg.txt': SQUARE, 'labels/deep.txt': SQUARE };
  const read = await yoloSeg.read(yolo(texts), known);
  assert.deepEqual(
    read.images.map(({ fileName }) => fileName),
    ['twin.png', 'one.jpg'],
  );
  assert.deepEqual(reasons(read), ['ambiguous-picture', 'ambiguous-picture']);
  assert.equal(
    read.issues[0].detail,
    'it may be of any of 2 pictures ("twin.jpg", "twin.png"): put the ending of its own before .txt; left out',
  );
});

test('a file of another format is refused with the way to name its format', async () => {
  const named = 'name the format that the file has with --format, or export it again';
  const none = 'name the format that the files have with --format';
  const tasks = fileOf('tasks.json', [{ data: { image: 'a.jpg' } }]);
  const of = (what: string, file: string, got: string) => `Expected ${what} for ${JSON.stringify(file)}, got ${got}`;
  const dataset = 'a COCO data set (an object with the lists images, annotations and categories)';
  const refusals: readonly [ExchangeFormat, ExchangeSource, string, string][] = [
    [coco, tasks, of(dataset, 'tasks.json', 'an array'), named],
    [coco, fileOf('a.json', { version: '5', shapes: [] }), of(dataset, 'a.json', 'an object with version, shapes'), named],
    [coco, fileOf('a.json', { images: [], categories }), of('a COCO data set with a list of annotations', 'a.json', 'none'), named],
    [coco, fileOf('a.xml', '<annotations/>'), of('one JSON file', 'a folder', 'none'), none],
    [labelme, tasks, of('LabelMe files (objects with a list of shapes)', 'a folder', 'none'), named],
    [labelStudio, fileOf('a.json', document), of('a list of Label Studio tasks', 'a.json', 'object'), named],
    [cvatXml, fileOf('a.xml', '<a/>'), of("CVAT's element annotations", 'a.xml', 'a'), named],
  ];
  for (const [format, source, message, hint] of refusals) await assert.rejects(format.read(source, []), { message, hint });
  for (const format of EXCHANGE_FORMATS)
    await assert.rejects(format.read(fileOf('a.bin', 'x'), []), { code: 'DATA_NO_EXCHANGE_FILE', hint: none }, format.name);
});
