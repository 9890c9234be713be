import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Size } from '../core/index.ts';
import { assertSound, type Fate, fatesOf, labelPictures, prepareLabeling, seesRed, tryLabeling } from './labeled-pictures.ts';
import { assertEnded } from './small-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-hostile-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);

before(() => prepareLabeling(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('hostile pictures made here', () => {
  const place = at('made');
  const upright: Size = { width: 40, height: 20 };
  let found: ReadonlyMap<string, Fate>;

  /** Red in the top left quarter, blue elsewhere. */
  const quarters = (shade: number) => {
    const data = new Uint8Array(upright.width * upright.height * 3);
    for (let pixel = 0; pixel < data.length / 3; pixel++) {
      const red = pixel % upright.width < upright.width / 2 && pixel < data.length / 6;
      data[3 * pixel + (red ? 0 : 2)] = shade;
    }
    return sharp(data, { raw: { ...upright, channels: 3 } }).png();
  };
  /** How an upright picture is stored so that each EXIF orientation brings it back. */
  const stored = async (orientation: number): Promise<Buffer> => {
    const turn = [0, 0, 180, 0, 270, 270, 90, 90][orientation - 1];
    const turned = await sharp(await quarters(200 + orientation).toBuffer())
      .rotate(turn)
      .png()
      .toBuffer();
    const mirrored = sharp(turned)
      .flop(orientation === 2)
      .flip([4, 5, 7].includes(orientation));
    return mirrored.withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  };
  /** Not zlib's: Node.js has that since 20.15 only. */
  const crc32 = (bytes: Uint8Array): number => {
    let rest = 0xffffffff;
    for (const byte of bytes) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    }
    return ~rest >>> 0;
  };
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length);
    numbers.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
  };
  /** A PNG whose header claims a size, with the pixels of none. */
  const claiming = ({ width, height }: Size): Buffer => {
    const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
    return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', deflateSync('')), chunk('IEND', Buffer.alloc(0))]);
  };

  before(async () => {
    mkdirSync(join(place, 'dir.jpg'), { recursive: true });
    mkdirSync(at('elsewhere'));
    const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(place, name), bytes);
    for (let orientation = 1; orientation <= 8; orientation++) put(`exif-${orientation}.jpg`, await stored(orientation));
    const noise = Uint8Array.from({ length: 200 * 200 * 3 }, (_, index) => (index * index) % 251);
    const jpeg = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .jpeg()
      .toBuffer();
    put('truncated.jpg', jpeg.subarray(0, jpeg.length * 0.6));
    put('zero-byte.jpg', '');
    put('text.jpg', 'not a picture');
    put('huge.png', claiming({ width: 100_000, height: 100_000 }));
    put('-rf\n$(x);\'"`&#%20.jpg', await quarters(199).jpeg().toBuffer());
    writeFileSync(at('elsewhere/secret.png'), await quarters(198).toBuffer());
    symlinkSync(at('elsewhere/secret.png'), join(place, 'link.png'));
    symlinkSync(at('elsewhere'), join(place, 'linked'));
    symlinkSync(join(place, 'nowhere.png'), join(place, 'dangling.png'));
    execFileSync('mkfifo', [join(place, 'pipe.jpg')]);
    await labelPictures(folder, 'made', { images: 'made' });
    found = fatesOf(folder, 'made');
  });

  it('are labeled where they are sound, and left out with a reason where they are not', () => {
    for (const [name, fate] of found) assertSound(name, fate);
    const reasons = Object.fromEntries([...found].flatMap(([name, fate]) => (fate.kind === 'left out' ? [[name, fate.reason]] : [])));
    const expected: Readonly<Record<string, RegExp>> = {
      'truncated.jpg': /got truncated: the file ends before the picture does/,
      'zero-byte.jpg': /^empty: /,
      'text.jpg': /^not-an-image: /,
      'huge.png': /^too-large: it has 100000x100000 = 10000000000 pixels, more than the limit of 100000000$/,
      'dir.jpg': /^not-a-file: /,
      'pipe.jpg': /^not-a-file: /,
      'link.png': /^file-outside-root: .* it links to /,
      'dangling.png': /^absent: /,
      linked: /^linked-folder: /,
    };
    assert.deepEqual(Object.keys(reasons).sort(), Object.keys(expected).sort());
    for (const [name, reason] of Object.entries(expected)) assert.match(reasons[name], reason);
  });

  it('are read upright, whatever their EXIF orientation', () => {
    for (const name of [...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => `exif-${orientation}.jpg`), '-rf\n$(x);\'"`&#%20.jpg']) {
      const fate = found.get(name);
      assert.ok(fate?.kind === 'labeled', name);
      assert.deepEqual(fate.size, upright, name);
      const seen = [seesRed(fate, 8, 4), seesRed(fate, 32, 4), seesRed(fate, 8, 16), seesRed(fate, 32, 16)];
      assert.deepEqual(seen, [true, false, false, false], name);
    }
  });

  const LIST = ['exif-1.jpg', '../elsewhere/secret.png', 'link.png', 'C:\\secret.png', 'file:///secret.png', ' ', 'a\0b.png'];

  it('that a list names outside of the folder are never opened', async () => {
    writeFileSync(at('list.txt'), [...LIST, at('elsewhere/secret.png')].join('\n'));
    await labelPictures(folder, 'listed', { images: 'made', list: 'list.txt' });
    const reasons = [...fatesOf(folder, 'listed')].map(([name, fate]) => [
      name,
      fate.kind === 'labeled' ? fate.kind : fate.reason.split(':')[0],
    ]);
    assert.deepEqual(Object.fromEntries(reasons), {
      'exif-1.jpg': 'labeled',
      'line 2': 'file-outside-root',
      'line 3': 'file-outside-root',
      'line 4': 'file-outside-root',
      'line 5': 'file-is-url',
      'line 6': 'absent',
      'line 7': 'bad-file-name',
      'line 8': 'file-outside-root',
    });
  });

  it('are opened outside of the folder where the configuration allows it, and only then', async () => {
    await labelPictures(folder, 'allowed', { images: 'made', list: 'list.txt' }, '--set', 'data.allowOutside=true');
    const allowed = fatesOf(folder, 'allowed');
    const kept = [...allowed].filter(([, { kind }]) => kind === 'labeled').map(([name]) => name);
    assert.deepEqual(kept.sort(), ['../elsewhere/secret.png', 'exif-1.jpg']);
    assert.ok(seesRed(allowed.get('../elsewhere/secret.png'), 8, 4));
    for (const again of ['line 3', 'line 8'])
      assert.match(JSON.stringify(allowed.get(again)), /duplicate-entry: .* is the same file as .*secret\.png/);
  });

  it('of more pixels than data.maxPixels are left out by their header', async () => {
    const ended = await tryLabeling(folder, 'small', { images: 'made' }, '--set', 'data.maxPixels=100');
    assertEnded(ended, 2);
    assert.match(ended.stderr, /has 64x64 = 4096 pixels, more than the limit of 100/);
  });
});

interface HostileFile {
  readonly path: string;
  readonly kind: 'image' | 'coco';
  readonly expect: 'accept' | 'warn' | 'reject';
  readonly also_ok?: string;
  readonly facts?: Readonly<Record<string, number | string>>;
}

const shared = join(process.cwd(), '../shared/data/hostile');
const skip = existsSync(join(shared, 'manifest.json')) ? false : 'the hostile files are not beside this checkout';
const pictures: readonly HostileFile[] = skip
  ? []
  : (JSON.parse(readFileSync(join(shared, 'manifest.json'), 'utf8')).files as HostileFile[]).filter(({ kind }) => kind === 'image');

describe('the hostile pictures of the manifest as the unlabeled set of a run', { skip }, () => {
  let found: ReadonlyMap<string, Fate>;

  before(async () => {
    await cp(shared, at('hostile'), { recursive: true });
    const seen = new Set<string>();
    for (const { path, facts } of pictures) {
      const file = at('hostile', path);
      // Pictures whose name is the hostile part are in the manifest only; all show the same.
      const source = existsSync(file) ? file : at('hostile/images/-rf.jpg');
      const bytes = readFileSync(source);
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (source === file && !seen.has(hash)) seen.add(hash);
      else if (facts !== undefined) writeAnew(file, Buffer.concat([bytes, Buffer.from(path)]));
    }
    await labelPictures(folder, 'hostile', { images: 'hostile/images' });
    found = fatesOf(folder, 'hostile');
  });

  /** What comes after a JPEG's end is no part of the picture, but makes it another file: content that comes twice is left out. */
  function writeAnew(file: string, bytes: Buffer): void {
    rmSync(file, { force: true });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }

  for (const { path, expect, also_ok, facts = {} } of pictures) {
    const name = path.slice('images/'.length);
    it(`${expect}${also_ok ? ` (or ${also_ok})` : ''}: ${path}`, () => {
      const fate = found.get(name === 'dir.jpg/inside.txt' ? 'dir.jpg' : name);
      if (name === 'Thumbs.db') return assert.equal(fate, undefined);
      assert.ok(fate, 'it was passed over in silence');
      assertSound(name, fate);
      const [wanted, other] = fate.kind === 'labeled' ? ['accept', 'warn'] : ['warn', 'accept'];
      assert.ok(expect === wanted || (expect === other && also_ok?.startsWith(wanted)), JSON.stringify(fate));
      if (fate.kind === 'labeled') checkFacts(fate, facts);
    });
  }

  it('are all accounted for', () => {
    const named = new Set(pictures.map(({ path }) => path.slice('images/'.length)));
    assert.deepEqual(
      [...found.keys()].filter((name) => !named.has(name)),
      ['dir.jpg'],
    );
  });
});

function checkFacts(fate: Extract<Fate, { kind: 'labeled' }>, facts: Readonly<Record<string, number | string>>): void {
  const width = facts.upright_width ?? facts.width;
  const height = facts.upright_height ?? facts.height;
  if (width !== undefined) assert.deepEqual(fate.size, { width, height });
  if ((facts.upright_pixel_45_60_is ?? facts.pixel_45_60_is) !== 'red') return;
  assert.ok(seesRed(fate, 45, 60), 'the disc is red and left');
  assert.ok(!seesRed(fate, 120, 60), 'the box is blue and right');
}
