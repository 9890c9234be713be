import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { boxWidth, type Sample, type SampleInstance, type Size } from '../core/index.ts';
import type { Placement } from './placement.ts';
import { renderSample } from './render.ts';
import {
  bright,
  canvas,
  dark,
  discImage,
  discInstance,
  discMask,
  discPicture,
  pixelAt,
  planOf,
  recipe,
  setOf,
  temporaryFolder,
  upright,
} from './test-scene.ts';

/** Least IoU of the bright pixels and the mask: what bilinear edges of a disc of 12 px and more may cost. */
const leastAgreement = 0.9;
const padding = 114;
const threshold = (dark + bright) / 2;
const folder = temporaryFolder();
const inFolder = (name: string) => join(folder, name);
/** Cells of one pixel pair, so that coverage is compared at nearly full resolution. */
const fine = { ...recipe, prototypeStride: 2 } as const;

/** Share of cells of 2x2 pixels of which bright share and coverage agree, by intersection over union. */
function agreement({ image }: Sample, { grid, coverage }: SampleInstance): number {
  let intersection = 0;
  let union = 0;
  for (let y = 0; y < image.size.height / 2; y++) {
    for (let x = 0; x < image.size.width / 2; x++) {
      let lit = 0;
      for (let part = 0; part < 4; part++) {
        const pixel = (y * 2 + (part >> 1)) * image.size.width + x * 2 + (part & 1);
        if (image.data[pixel * 3 + 1] > threshold) lit += 0.25;
      }
      const inside = x >= grid.x1 && x < grid.x2 && y >= grid.y1 && y < grid.y2;
      const covered = inside ? coverage[(y - grid.y1) * boxWidth(grid) + x - grid.x1] / 255 : 0;
      intersection += Math.min(lit, covered);
      union += Math.max(lit, covered);
    }
  }
  return intersection / union;
}

function assertAgrees(sample: Sample, what: string): void {
  assert.equal(sample.instances.length, 1, what);
  const iou = agreement(sample, sample.instances[0]);
  assert.ok(iou > leastAgreement, `${what}: IoU ${iou}`);
}

const size: Size = { width: 120, height: 80 };
const disc = { x: 85, y: 30, radius: 24 };
/** The picture at a scale, so that the disc's centre comes to canvas pixel (x, y) or close to it. */
function aimed(scale: number, x: number, y: number, flip = false, verticalFlip = false): Placement {
  const scaled = { width: Math.round(64 * scale), height: Math.round((64 * scale * 80) / 120) };
  const across = (disc.x / size.width) * scaled.width;
  const down = (disc.y / size.height) * scaled.height;
  return {
    scale,
    scaled,
    x: Math.round(x - (flip ? scaled.width - across : across)),
    y: Math.round(y - (verticalFlip ? scaled.height - down : down)),
    flip,
    verticalFlip,
  };
}

test('the mask stays on its object under scale, crop, place and flip', async () => {
  const set = setOf([await discImage(inFolder('disc.png'), size, [disc])]);
  for (const scale of [0.9, 1, 1.37, 2, 3]) {
    for (const [x, y] of [
      [32, 32],
      [23, 41],
    ]) {
      for (const flip of [false, true]) {
        for (const verticalFlip of [false, true]) {
          const { sample } = await renderSample(planOf(aimed(scale, x, y, flip, verticalFlip)), set, fine);
          assertAgrees(sample, `scale ${scale} at ${x},${y} flip ${flip} ${verticalFlip}`);
        }
      }
    }
  }
});

test('a large JPEG that is decoded at a fraction keeps its mask in place', async () => {
  const large = { width: 1200, height: 800 };
  const shape = { x: 850, y: 300, radius: 240 };
  const path = inFolder('large.jpg');
  await discPicture(large, [shape]).jpeg().toFile(path);
  const set = setOf([{ path, size: large, instances: [discInstance(large, shape)], ignored: [] }]);
  for (const scale of [0.5, 1, 2]) assertAgrees((await renderSample(planOf(aimed(scale, 32, 30)), set, fine)).sample, `scale ${scale}`);
});

test('the mask stays on its object for all eight EXIF orientations', async () => {
  // How pixels must be stored so that each orientation shows the same upright picture; sharp mirrors before it rotates.
  const stored = [
    (p: Sharp) => p,
    (p: Sharp) => p.flop(),
    (p: Sharp) => p.rotate(180),
    (p: Sharp) => p.flip(),
    (p: Sharp) => p.flip().rotate(90),
    (p: Sharp) => p.rotate(270),
    (p: Sharp) => p.flop().rotate(90),
    (p: Sharp) => p.rotate(90),
  ];
  const picture = await discPicture(size, [disc]).png().toBuffer();
  for (const [index, store] of stored.entries()) {
    const path = inFolder(`exif-${index + 1}.jpg`);
    const turned = await store(sharp(picture)).png().toBuffer();
    await sharp(turned)
      .withMetadata({ orientation: index + 1 })
      .jpeg({ quality: 95 })
      .toFile(path);
    const set = setOf([{ path, size, instances: [discInstance(size, disc)], ignored: [] }]);
    const { sample } = await renderSample(planOf(aimed(1.2, 30, 28, true)), set, fine);
    assertAgrees(sample, `orientation ${index + 1}`);
  }
});

test('grey, alpha and 16-bit pictures become the same 8-bit RGB', async () => {
  const square: Size = canvas;
  const shape = { x: 30, y: 34, radius: 20 };
  const mask = discMask(square, shape).data;
  const grey = mask.map((value) => (value === 1 ? bright : dark));
  const raw = { ...square, channels: 1 as const };
  const transparent = new Uint8Array(grey.length * 4);
  for (const [at, value] of grey.entries()) transparent.set([value, value, value, at % 3 === 0 ? 0 : 255], at * 4);
  const deep = Uint16Array.from(grey, (value) => value * 257);
  const files = {
    'grey.png': sharp(grey, { raw }).toColourspace('b-w').png(),
    'alpha.png': sharp(transparent, { raw: { ...square, channels: 4 } }).png(),
    'grey-alpha.png': sharp(transparent, { raw: { ...square, channels: 4 } })
      .toColourspace('b-w')
      .png(),
    'deep.png': sharp(deep, { raw }).toColourspace('grey16').png(),
    'cmyk.jpg': discPicture(square, [shape]).toColourspace('cmyk').jpeg({ quality: 100 }),
  };
  for (const [name, file] of Object.entries(files)) {
    await file.toFile(inFolder(name));
    const set = setOf([{ path: inFolder(name), size: square, instances: [discInstance(square, shape)], ignored: [] }]);
    const { sample } = await renderSample(planOf(upright), set, fine);
    assert.equal(sample.image.data.length, 64 * 64 * 3, name);
    assertAgrees(sample, name);
    if (name.endsWith('.png')) assert.deepEqual(pixelAt(sample, 30, 34), [bright, bright, bright], name);
    const { sample: small } = await renderSample(planOf({ ...upright, scaled: { width: 50, height: 50 } }), set, fine);
    assertAgrees(small, `${name} smaller`);
  }
});

test('what a picture does not cover is grey padding without objects', async () => {
  const set = setOf([await discImage(inFolder('pad.png'), size, [disc])]);
  const { sample } = await renderSample(planOf({ ...upright, scaled: { width: 32, height: 21 }, x: 20, y: 9 }), set, recipe);
  assert.deepEqual(pixelAt(sample, 19, 20), [padding, padding, padding]);
  assert.deepEqual(pixelAt(sample, 20, 9), [dark, dark, dark]);
  assert.deepEqual(pixelAt(sample, 52, 9), [padding, padding, padding]);
  const { box } = sample.instances[0];
  assert.ok(box.x1 >= 20 && box.x2 <= 52 && box.y1 >= 9 && box.y2 <= 30);
});

test('a picture without objects gives a sample without instances', async () => {
  const set = setOf([await discImage(inFolder('none.png'), size, [])]);
  const { sample } = await renderSample(planOf(aimed(1, 40, 30)), set, recipe);
  assert.deepEqual(sample.instances, []);
});

test('a picture of one pixel fills whatever it is resized to', async () => {
  const set = setOf([await discImage(inFolder('pixel.png'), { width: 1, height: 1 }, [{ x: 0.5, y: 0.5, radius: 1 }])]);
  const { sample } = await renderSample(planOf({ ...upright, x: -3 }), set, recipe);
  assert.deepEqual(
    sample.instances.map(({ box }) => box),
    [{ x1: 0, y1: 0, x2: 61, y2: 64 }],
  );
  assert.deepEqual(pixelAt(sample, 60, 63), [bright, bright, bright]);
  const { sample: dot } = await renderSample(planOf({ ...upright, scaled: { width: 1, height: 1 } }), set, { ...recipe, minVisiblePx: 1 });
  assert.deepEqual(
    dot.instances.map(({ box }) => box),
    [{ x1: 0, y1: 0, x2: 1, y2: 1 }],
  );
});

test('the stream and the source of a label are kept', async () => {
  const main = await discImage(inFolder('source.png'), canvas, [{ x: 20, y: 20, radius: 12 }]);
  const instances = main.instances.map((instance) => ({ ...instance, source: { by: 'teacher', weight: 0.5 } as const }));
  const { sample } = await renderSample(planOf(upright, null, { stream: 'pseudo' }), setOf([main], [{ ...main, instances }]), recipe);
  assert.equal(sample.stream, 'pseudo');
  assert.deepEqual(sample.instances[0].source, { by: 'teacher', weight: 0.5 });
});

test('a picture that is gone is named', async () => {
  const path = inFolder('gone.png');
  await assert.rejects(renderSample(planOf(upright), setOf([{ path, size, instances: [], ignored: [] }]), recipe), {
    code: 'DATA_UNREADABLE_PICTURE',
    message: /^Expected a readable file for training picture, got ".*gone.*" \(string\): Input file is missing/,
    hint: 'put the file back as it was when it was imported, then resume the run',
  });
});

test('a picture that has another size than its masks is named', async () => {
  const image = await discImage(inFolder('changed.png'), size, [disc]);
  await discPicture(canvas, []).png().toFile(image.path);
  await assert.rejects(renderSample(planOf(upright), setOf([image]), recipe), {
    code: 'DATA_CHANGED_PICTURE',
    message: /^Expected a size of 120x80 for training picture .*changed\.png, got "64x64" \(string\)$/,
    hint: /^put the file back/,
  });
});
