import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import {
  areaOf,
  type Box,
  boxArea,
  boxHeight,
  boxIou,
  boxWidth,
  classIndex,
  clipBox,
  fromXywh,
  type RgbImage,
  rle,
  type Size,
} from '../../core/index.ts';
import type { InputFit } from '../contract.ts';
import { openTeacher } from '../session.ts';
import type { Detection, Teacher } from '../teacher.ts';
import { testTimeOff, withTestTime } from './test-time.ts';
import type { TestTimeOptions } from './test-time-views.ts';

const settings = { maxDetections: 300 };
const letterbox: InputFit = { mode: 'letterbox', size: { width: 64, height: 64 }, pad: 0 };

/** What a teacher can see: of a picture of this size, a rectangle of bright pixels with this box. */
type Sight = (picture: Size, box: Box) => boolean;

/** A teacher that finds rectangles of one brightness on black; its level is its score. It sees what its sight lets it. */
function rectangleTeacher(sees: Sight, fit: InputFit = letterbox): Teacher & { readonly pictures: Size[] } {
  const pictures: Size[] = [];
  const detect = async (image: RgbImage) => {
    pictures.push(image.size);
    return findRectangles(image).filter(({ box }) => sees(image.size, box));
  };
  return {
    pictures,
    classNames: ['rectangle'],
    contract: {
      input: {
        name: 'picture',
        dataType: 'float32',
        rank: 4,
        batch: 1,
        fit,
        color: 'rgb',
        scale: 1,
        mean: [0, 0, 0],
        deviation: [1, 1, 1],
        pixelMask: null,
      },
      classNames: ['rectangle'],
      head: { kind: 'yolo-seg', outputs: { detections: 'detections', prototypes: 'prototypes' }, coefficients: 1 },
    },
    detect,
    detectBatch: (images) => Promise.all(images.map(detect)),
    close: async () => undefined,
  };
}

/** Rectangles of equal level, by falling score; they do not touch each other. */
function findRectangles({ size, data }: RgbImage): Detection[] {
  const level = (x: number, y: number) => (x < 0 || y < 0 || x >= size.width || y >= size.height ? 0 : data[3 * (y * size.width + x)]);
  const found: Detection[] = [];
  for (let at = 0; at < areaOf(size); at++) {
    const [x1, y1] = [at % size.width, Math.floor(at / size.width)];
    const own = level(x1, y1);
    if (own < BRIGHT || level(x1 - 1, y1) >= BRIGHT || level(x1, y1 - 1) >= BRIGHT) continue;
    let [x2, y2] = [x1, y1];
    while (level(x2, y1) >= BRIGHT) x2++;
    while (level(x1, y2) >= BRIGHT) y2++;
    const box = { x1, y1, x2, y2 };
    found.push({ classIndex: classIndex(0), score: level((x1 + x2) >> 1, (y1 + y2) >> 1) / 255, box, mask: rle.fromBox(size, box) });
  }
  return found.sort((a, b) => b.score - a.score || a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1);
}

/** Resizing blends the levels at edges: below half of the faintest rectangle is background. */
const BRIGHT = 100;

interface Rectangle extends Box {
  readonly level: number;
}

function painted(size: Size, rectangles: readonly Rectangle[]): RgbImage {
  const data = new Uint8Array(3 * areaOf(size));
  for (const { x1, y1, x2, y2, level } of rectangles) {
    for (let y = y1; y < y2; y++) data.fill(level, 3 * (y * size.width + x1), 3 * (y * size.width + x2));
  }
  return { size, data };
}

const everything: Sight = () => true;
const boxesOf = (found: readonly Detection[]) => found.map(({ box }) => box);

test('with everything off, and for a picture no larger than a tile, the teacher itself answers', async () => {
  const teacher = rectangleTeacher(everything);
  const answer = await teacher.detect(painted({ width: 20, height: 20 }, [{ x1: 1, y1: 1, x2: 5, y2: 5, level: 200 }]));
  const fixed: Teacher = { ...teacher, detect: async () => answer };
  for (const options of [testTimeOff, { ...testTimeOff, tiling: { size: 20, overlap: 0.2 } }]) {
    assert.equal(await withTestTime(fixed, options, settings).detect(painted({ width: 20, height: 20 }, [])), answer);
  }
});

test('a flip finds what the teacher misses on one side, at its place', async () => {
  const rectangles = [
    { x1: 3, y1: 4, x2: 9, y2: 8, level: 240 },
    { x1: 30, y1: 10, x2: 37, y2: 19, level: 220 },
  ];
  const image = painted({ width: 40, height: 20 }, rectangles);
  const teacher = rectangleTeacher((picture, box) => box.x2 <= picture.width / 2);
  assert.equal((await teacher.detect(image)).length, 1);
  const found = await withTestTime(teacher, { ...testTimeOff, flip: true }, settings).detect(image);
  assert.deepEqual(found, findRectangles(image));
});

/** As a model with an input of one size: objects below an eighth of the picture are too small for it, above a half too large. */
const middling: Sight = (picture, box) => {
  const share = Math.max(boxWidth(box) / picture.width, boxHeight(box) / picture.height);
  return share >= 1 / 8 && share <= 1 / 2;
};

const threeSizes = painted({ width: 96, height: 96 }, [
  { x1: 3, y1: 3, x2: 11, y2: 11, level: 240 },
  { x1: 20, y1: 3, x2: 40, y2: 23, level: 220 },
  { x1: 30, y1: 30, x2: 93, y2: 93, level: 200 },
]);

test('a larger scale finds smaller objects, a smaller scale larger ones', async () => {
  const foundAt = async (...scales: readonly number[]) =>
    boxesOf(await withTestTime(rectangleTeacher(middling), { ...testTimeOff, scales }, settings).detect(threeSizes)).map(boxWidth);
  assert.deepEqual(await foundAt(1), [20]);
  assert.deepEqual(await foundAt(1, 2), [8, 20]);
  assert.deepEqual(await foundAt(1, 0.5), [20, 63]);
  assert.deepEqual(await foundAt(2, 0.5, 1), [8, 20, 63]);
});

test('a teacher that takes pictures as they are gets windows enlarged, and masks come back in pixels of the picture', async () => {
  const image = painted({ width: 60, height: 60 }, [{ x1: 11, y1: 21, x2: 15, y2: 24, level: 255 }]);
  const teacher = rectangleTeacher((_, box) => boxWidth(box) >= 8, { mode: 'native' });
  const found = await withTestTime(teacher, { ...testTimeOff, scales: [2] }, settings).detect(image);
  assert.deepEqual(found, findRectangles(image));
  assert.ok(teacher.pictures.every(({ width, height }) => width === 60 && height === 60));
});

const separateRectangles = (size: Size): fc.Arbitrary<readonly Rectangle[]> =>
  fc
    .array(
      fc.record({
        x1: fc.integer({ min: 0, max: size.width - 1 }),
        y1: fc.integer({ min: 0, max: size.height - 1 }),
        width: fc.integer({ min: 1, max: size.width }),
        height: fc.integer({ min: 1, max: size.height }),
        level: fc.integer({ min: 110, max: 255 }),
      }),
      { maxLength: 12 },
    )
    .map((all) =>
      all.map(({ x1, y1, width, height, level }) => {
        return { x1, y1, x2: Math.min(size.width, x1 + width), y2: Math.min(size.height, y1 + height), level };
      }),
    )
    .map((all) => all.filter((one, at) => !all.slice(0, at).some((earlier) => touch(one, earlier))));

const touch = (a: Box, b: Box): boolean => a.x1 <= b.x2 && b.x1 <= a.x2 && a.y1 <= b.y2 && b.y1 <= a.y2;

test('tiles give what one look at everything would, however objects are cut', async () => {
  const size = { width: 70, height: 50 };
  const tilings = fc.record({ size: fc.integer({ min: 11, max: 40 }), overlap: fc.constantFrom(0.1, 0.25, 0.5) });
  await fc.assert(
    fc.asyncProperty(separateRectangles(size), tilings, fc.boolean(), async (rectangles, tiling, flip) => {
      const image = painted(size, rectangles);
      // The whole picture is too large for this teacher: all that is found comes from tiles.
      const teacher = rectangleTeacher((picture) => picture.width < size.width);
      const found = await withTestTime(teacher, { flip, scales: [1], tiling }, settings).detect(image);
      assert.deepEqual(found, findRectangles(image));
      assert.ok(teacher.pictures.every(({ width, height }) => (width <= tiling.size && height <= tiling.size) || width === size.width));
    }),
    { numRuns: 300 },
  );
});

test('several pictures are looked at one by one, the class names and closing are those of the teacher', async () => {
  let closed = 0;
  const teacher = withTestTime(
    { ...rectangleTeacher(everything), close: async () => void closed++ },
    { ...testTimeOff, flip: true },
    settings,
  );
  const images = [threeSizes, painted({ width: 5, height: 5 }, [])];
  assert.deepEqual(
    (await teacher.detectBatch(images)).map((found) => found.length),
    [3, 0],
  );
  assert.deepEqual(teacher.classNames, ['rectangle']);
  await teacher.close();
  assert.equal(closed, 1);
});

test('options that make no sense are refused', () => {
  const refuses = (options: Partial<TestTimeOptions>, message: RegExp) =>
    assert.throws(() => withTestTime(rectangleTeacher(everything), { ...testTimeOff, ...options }, settings), {
      code: 'BAD_VALUE',
      message,
    });
  refuses({ scales: [] }, /^Expected one or more numbers above 0 for scales, got \[\] \(array\)$/);
  refuses({ scales: [1, 0] }, /for scales, got \[1,0\]/);
  refuses({ tiling: { size: 0.5, overlap: 0 } }, /^Expected a whole number of pixels for tiling.size, got 0.5 \(number\)$/);
  refuses({ tiling: { size: 640, overlap: 1 } }, /^Expected a share of 0 to 0.9 for tiling.overlap, got 1 \(number\)$/);
});

const coco128 = join(process.cwd(), '../shared/data/coco128');
const model = join(process.cwd(), '../shared/models/yolo11n-seg.onnx');
const skip = existsSync(coco128) && existsSync(model) ? false : 'shared/data/coco128 or shared/models is absent';

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly bbox: readonly [number, number, number, number] }[];
}

/** A photo's name and the boxes of its small objects, by COCO's border between small and middling ones. */
interface Photo {
  readonly name: string;
  readonly small: readonly Box[];
}
const SMALL_PX2 = 32 ** 2;
/** From this box IoU on, an object counts as found. */
const FOUND_IOU = 0.5;
const SIDE = 640;

test('tiling finds more of the small objects of a large picture', { skip }, async (context) => {
  const photos = mostSmall(JSON.parse(readFileSync(join(coco128, 'train_labeled.json'), 'utf8')) as CocoFile, 4);
  const image = await stitched(photos.map(({ name }) => name));
  const small = photos.flatMap((photo, at) => photo.small.map((box) => moved(box, placeOf(at))));
  const teacher = await openTeacher(model, { floor: 0.25, nmsIou: 0.7, maxDetections: 300, threads: 2 });
  const plain = await teacher.detect(image);
  const tiled = await withTestTime(teacher, { ...testTimeOff, tiling: { size: SIDE, overlap: 0.25 } }, settings).detect(image);
  await teacher.close();
  const count = (found: readonly Detection[]) => small.filter((one) => found.some(({ box }) => boxIou(box, one) >= FOUND_IOU)).length;
  context.diagnostic(`of ${small.length} small objects plain detection finds ${count(plain)}, tiles find ${count(tiled)}`);
  assert.ok(count(tiled) > count(plain));
  for (const { box, mask } of tiled) {
    assert.deepEqual(mask.size, image.size);
    assert.deepEqual(clipBox(box, image.size), box);
  }
});

/** The photos with the most small objects. */
function mostSmall({ images, annotations }: CocoFile, count: number): readonly Photo[] {
  const photos = images.map(({ id, file_name: name }) => {
    const boxes = annotations
      .filter(({ image_id }) => image_id === id)
      .map(({ bbox: [x, y, width, height] }) => fromXywh({ x, y, width, height }));
    return { name, small: boxes.filter((box) => boxArea(box) < SMALL_PX2) };
  });
  return photos.sort((a, b) => b.small.length - a.small.length).slice(0, count);
}

const placeOf = (at: number) => ({ left: SIDE * (at % 2), top: SIDE * Math.floor(at / 2) });

const moved = ({ x1, y1, x2, y2 }: Box, { left, top }: { left: number; top: number }): Box => ({
  x1: x1 + left,
  y1: y1 + top,
  x2: x2 + left,
  y2: y2 + top,
});

/** Four photos of up to 640x640, two by two. */
async function stitched(names: readonly string[]): Promise<RgbImage> {
  const size = { width: 2 * SIDE, height: 2 * SIDE };
  const data = await sharp({ create: { ...size, channels: 3, background: 'gray' } })
    .composite(names.map((name, at) => ({ input: join(coco128, 'images', name), ...placeOf(at) })))
    .removeAlpha()
    .raw()
    .toBuffer();
  return { size, data };
}
