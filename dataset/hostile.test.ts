import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { type RgbImage, rle, SelfpasteError } from '../core/index.ts';
import { type CocoDataset, readCoco, readCocoImages } from './coco.ts';
import { decodeImage, probeImage } from './image-file.ts';
import { listUnlabeled } from './unlabeled.ts';

/** What a good tool does with each file, as its maker wrote it down. */
interface ManifestFile {
  readonly path: string;
  readonly kind: 'image' | 'coco';
  readonly expect: 'accept' | 'warn' | 'reject';
  readonly also_ok?: string;
  readonly keeps?: { readonly images: number; readonly annotations: number };
  readonly facts?: Readonly<Record<string, number | string>>;
}

const root = join(process.cwd(), '../shared/data/hostile');
const skip = existsSync(join(root, 'manifest.json')) ? false : 'the hostile files are not beside this checkout';
const files: readonly ManifestFile[] = skip ? [] : JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')).files;

/** JPEG and CMYK conversion move the pure colours of the shapes by less than this share of 255. */
const COLOR_MARGIN = 40;

function colorAt(image: RgbImage, x: number, y: number): 'red' | 'blue' | 'other' {
  const [r, g, b] = image.data.subarray((y * image.size.width + x) * 3);
  if (r > g + COLOR_MARGIN && r > b + COLOR_MARGIN) return 'red';
  return b > g + COLOR_MARGIN && b > r + COLOR_MARGIN ? 'blue' : 'other';
}

describe('hostile pictures', { skip }, () => {
  for (const file of files.filter(({ kind, path }) => kind === 'image' && existsSync(join(root, path))))
    it(`${file.expect}: ${file.path}`, async () => {
      const path = join(root, file.path);
      const probe = await probeImage(path, 'pixels');
      if (probe.ok) {
        assert.ok(file.expect === 'accept' || file.also_ok?.startsWith('accept'), 'it should have been refused');
        await checkFacts(file, await decodeImage(path), probe.facts.size);
      } else {
        assert.ok(file.expect === 'warn' || file.also_ok?.startsWith('warn') || file.path.endsWith('Thumbs.db'), probe.problem.detail);
        await assert.rejects(decodeImage(path), { code: 'DATA_BAD_IMAGE' });
      }
    });

  it('names the limit for a decompression bomb and leaves memory flat', async () => {
    const before = process.memoryUsage().rss;
    const probe = await probeImage(join(root, 'images/bomb-50000x50000.png'), 'pixels');
    assert.ok(!probe.ok);
    assert.equal(probe.problem.reason, 'too-large');
    assert.equal(probe.problem.detail, 'it has 50000x50000 = 2500000000 pixels, more than the limit of 100000000');
    const FLAT_BYTES = 64e6;
    assert.ok(process.memoryUsage().rss - before < FLAT_BYTES);
  });

  it('keeps 16 bits by their high byte: neither clipped nor cut to the low byte', async () => {
    const plain = await decodeImage(join(root, 'images/gray8.png'));
    const deep = await decodeImage(join(root, 'images/gray16.png'));
    const dark = await decodeImage(join(root, 'images/gray16-dark.png'));
    const WITHIN_ONE_LEVEL = 1;
    for (const [at, value] of deep.data.entries()) assert.ok(Math.abs(value - plain.data[at]) <= WITHIN_ONE_LEVEL);
    assert.equal(Math.max(...dark.data), 1);
  });

  it('opens hostile names as they are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfpaste-names-'));
    try {
      const names = files
        .filter(({ kind, facts }) => kind === 'image' && facts?.width === 64)
        .map(({ path }) => path.slice('images/'.length));
      for (const name of names) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await copyFile(join(root, 'images/ok-a.jpg'), join(folder, name));
      }
      const { entries, issues } = await listUnlabeled({ folder });
      const listed = entries.map(({ fileName }) => fileName);
      const known = names.filter((name) => /\.(jpg|tif|bmp)$/i.test(name));
      assert.deepEqual(listed, known.sort());
      assert.ok(listed.includes('new\nline.jpg') && listed.includes('-rf.jpg') && listed.includes('sub folder/deeper/nested.jpg'));
      assert.deepEqual(issues, []);
      for (const { path } of entries) assert.ok((await probeImage(path)).ok, path);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('lists a folder of litter: says what is hidden, without extension or a folder', async () => {
    const { entries, issues } = await listUnlabeled({ folder: join(root, 'images') });
    assert.ok(entries.some(({ fileName }) => fileName === 'upper.JPG'));
    assert.deepEqual(issues.map(({ subject, reason }) => `${subject} ${reason}`).sort(), [
      '.hidden.jpg hidden',
      'dir.jpg not-a-file',
      'no-extension no-extension',
    ]);
  });
});

async function checkFacts({ facts = {} }: ManifestFile, image: RgbImage, size: RgbImage['size']): Promise<void> {
  const width = facts.upright_width ?? facts.width;
  const height = facts.upright_height ?? facts.height;
  assert.deepEqual(image.size, size);
  if (width !== undefined) assert.deepEqual(image.size, { width, height });
  assert.equal(image.data.length, image.size.width * image.size.height * 3);
  const first = facts.upright_pixel_45_60_is ?? facts.pixel_45_60_is;
  if (first !== undefined) assert.equal(colorAt(image, 45, 60), first);
  if (first !== undefined) assert.equal(colorAt(image, 120, 60), 'blue');
}

describe('hostile COCO files', { skip }, () => {
  for (const file of files.filter(({ kind }) => kind === 'coco'))
    it(`${file.expect}${file.also_ok ? ` (or ${file.also_ok})` : ''}: ${file.path}`, async () => {
      const outcome = await readCoco(join(root, file.path), join(root, 'images')).catch((error: unknown) => error);
      if (outcome instanceof Error) checkRejection(file, outcome);
      else checkDataset(file, outcome as CocoDataset);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });

  it('puts the masks where the pictures show the objects', async () => {
    for (const name of ['ok', 'exif-6-image', 'bom']) {
      const { images } = await readCoco(join(root, `coco/${name}.json`), join(root, 'images'));
      const first = images[0]!;
      const picture = await decodeImage(first.path);
      const [disc, box] = first.truths.map(({ truth }) => truth);
      assert.equal(share(picture, rle.decode(disc!.mask).data, 'red'), 1, name);
      assert.equal(share(picture, rle.decode(box!.mask).data, 'blue') > MOSTLY, true, name);
    }
  });

  it('reads the same mask from every form, with the area that the manifest states', async () => {
    for (const [name, areaPx2] of Object.entries({
      'rle-uncompressed-ok': 2500,
      'rle-compressed-ok': 2500,
      'rle-full': 19200,
      'polygon-negative': 2500,
    })) {
      const { images } = await readCoco(join(root, `coco/${name}.json`), join(root, 'images'));
      assert.equal(rle.area(images[1]!.truths[0]!.truth.mask), areaPx2, name);
    }
    const { images } = await readCoco(join(root, 'coco/rle-compressed-ok.json'), join(root, 'images'));
    assert.deepEqual(images[1]!.truths[0]!.truth.box, { x1: 20, y1: 35, x2: 70, y2: 85 });
  });

  it('gives crowds, areas and category ids as the file has them', async () => {
    const read = (name: string) => readCoco(join(root, `coco/${name}.json`), join(root, 'images'));
    for (const name of ['iscrowd-rle', 'iscrowd-polygon']) assert.equal((await read(name)).images[1]!.truths[0]!.truth.crowd, true);
    assert.deepEqual(
      (await read('category-ids-sparse')).categories.map(({ id }) => id),
      [7, 90],
    );
    const wrong = (await read('area-wrong')).images.flatMap(({ truths }) => truths.map(({ truth }) => truth));
    for (const { areaPx2, mask } of wrong) assert.ok(areaPx2 >= rle.area(mask) / 2, 'an area of 1 is not believed');
    assert.equal((await readCocoImages(join(root, 'coco/annotations-key-missing.json'), join(root, 'images'))).images.length, 2);
  });
});

/** The polygon of the box reaches one pixel past its painted edge, and JPEG blurs that edge. */
const MOSTLY = 0.95;

function share(image: RgbImage, mask: Uint8Array, color: 'red' | 'blue'): number {
  let inside = 0;
  let right = 0;
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    inside++;
    if (colorAt(image, at % image.size.width, Math.floor(at / image.size.width)) === color) right++;
  }
  return right / inside;
}

function checkRejection(file: ManifestFile, error: Error): void {
  assert.ok(error instanceof SelfpasteError, `a clear error, not ${error.stack}`);
  assert.match(error.code, /^DATA_/);
  assert.ok(!error.message.includes('\n') && error.message.includes(file.path) && error.hint.length > 0, error.message);
  assert.ok(
    file.expect === 'reject' || file.also_ok?.startsWith('reject') || isLeftEmpty(file),
    `it should have been read: ${error.message}`,
  );
}

/** Files whose every label is spoilt: `warn` leaves nothing to train on. */
const isLeftEmpty = ({ keeps }: ManifestFile): boolean => keeps?.annotations === 0;

function checkDataset(file: ManifestFile, { images, issues }: CocoDataset): void {
  assert.ok(file.expect !== 'reject' || /^(accept|warn)/.test(file.also_ok ?? ''), 'it should have been rejected');
  for (const issue of issues) assert.ok(issue.file && issue.subject && issue.reason && issue.detail);
  const silent = file.expect === 'accept' || file.also_ok?.startsWith('accept');
  if (!silent) assert.ok(issues.length > 0, 'something must be said');
  if (file.expect === 'accept') assert.deepEqual(issues, []);
  const annotations = images.reduce((sum, { truths }) => sum + truths.length, 0);
  if (file.keeps) assert.deepEqual({ images: images.length, annotations }, file.keeps);
}
