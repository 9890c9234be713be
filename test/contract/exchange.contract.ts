import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CategoryId, rle, SelfpasteError } from '../../core/index.ts';
import { sourceOf } from '../../dataset/exchange/test-source.ts';
import type { CocoCategory, ExchangedImage, ExchangedLabel, ExchangeFormat, LossKind } from '../../dataset/index.ts';

/** Names that break quoting, markup, lines and paths. Ids have gaps, as COCO's have. */
const NAMES = ['cell', 'say "x" & <y>', "it's\ttwo\nlines", '日本語 🙂 ü', '0', 'null', ': - #', ']]>', '\u2028'];
const categories: readonly CocoCategory[] = NAMES.map((name, index) => ({ id: (3 * index + 1) as CategoryId, name }));

const FILE_NAMES = ['a b/ü & <c>.jpg', 'a.b/c.d.png', 'deep/er/and/deep/er/picture.jpeg', 'x', "it's 100%.jpg", '.hidden.jpg', 'UPPER.JPG'];

/** Corners of a box may move by this share of its size where a format keeps a corner and the extent. */
const BOX_TOLERANCE = 1e-9;

const side = fc.integer({ min: 1, max: 20 });
const sizes = fc.tuple(side, side).map(([width, height]) => ({ width, height }));

/** Noise with at least one pixel: holes, islands in holes, corners that touch, all borders. */
const masksOf = (size: { readonly width: number; readonly height: number }) =>
  fc
    .uint8Array({ minLength: size.width * size.height, maxLength: size.width * size.height, max: 1 })
    .filter((data) => data.includes(1))
    .map((data) => rle.encode({ size, data }));

const images: fc.Arbitrary<ExchangedImage[]> = fc
  .uniqueArray(fc.constantFrom(...FILE_NAMES), { minLength: 1, maxLength: 4 })
  .chain((fileNames) => fc.tuple(...fileNames.map(imageOf)))
  .chain((list) => fc.constantFrom(undefined, 'run-0123456789ab').map((run) => list.map((image, index) => withIds(image, index, run))));

function imageOf(fileName: string): fc.Arbitrary<ExchangedImage> {
  return sizes.chain((size) =>
    fc.record({
      fileName: fc.constant(fileName),
      sha256: fc.option(fc.constantFrom('0'.repeat(64), 'f'.repeat(64)), { nil: null }),
      size: fc.constant(size),
      labels: fc.array(labelOf(size), { maxLength: 3 }),
    }),
  );
}

function labelOf(size: { readonly width: number; readonly height: number }): fc.Arbitrary<ExchangedLabel> {
  return fc
    .record({
      category: fc.constantFrom(...NAMES),
      mask: masksOf(size),
      score: fc.option(
        fc.double({ min: 0, max: 1, noNaN: true }).map((score) => score + 0),
        { nil: null },
      ),
      crowd: fc.boolean(),
      ownBox: fc.boolean(),
      verdict: fc.option(fc.constantFrom('accepted' as const, 'rejected' as const), { nil: undefined }),
    })
    .map(({ ownBox, mask, verdict, ...label }) => {
      const { x1, y1, x2, y2 } = rle.toBox(mask);
      const box = ownBox ? { x1: x1 + 0.125, y1: y1 - 0.3, x2: x2 + 1 / 3, y2: y2 + 0.1 } : { x1, y1, x2, y2 };
      return { ...label, id: '', mask, box, ...(verdict === undefined ? {} : { verdict }) };
    });
}

/** Ids are the data base's: none comes twice. Every third label was made elsewhere. All are of one run, or of none that is known. */
function withIds(image: ExchangedImage, index: number, run: string | undefined): ExchangedImage {
  const labels = image.labels.map((label, at) => ({
    ...label,
    ...(run === undefined ? {} : { run }),
    id: at % 3 === 2 ? null : `${label.score === null ? 'd' : 'p'}${index * 100 + at + 1}`,
  }));
  return { ...image, labels };
}

/**
 * What every format must do; `carries` says what must come back.
 * @param runs how many random cases a property is tried with: fewer for a format whose reader starts a thread
 */
export function exchangeContract(format: ExchangeFormat, runs: number): void {
  const { name } = format;

  test(`${name}: what it carries comes back as it went in, the pixels of masks always`, async () => {
    await fc.assert(
      fc.asyncProperty(images, async (written) => {
        const { files } = await format.write(written, categories);
        const { images: read, issues } = await format.read(sourceOf(files), written);
        assert.deepEqual(issues, []);
        assertSame(format, read, written);
        assert.ok(read.every(({ unread = 0 }) => unread === 0));
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: reports as a loss what it does not carry, and nothing else`, async () => {
    await fc.assert(
      fc.asyncProperty(images, async (written) => {
        const { losses } = await format.write(written, categories);
        assert.deepEqual(
          new Map(losses.filter(({ what }) => what !== 'bridges').map(({ what, count }) => [what, count])),
          lossesOf(format, written),
        );
        for (const { sentence, count } of losses) assert.match(sentence, new RegExp(`\\b${count} (label|picture)s?\\b`));
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: paths of its files stay in their folder, whatever pictures are called`, async () => {
    const mask = rle.encode({ size: { width: 1, height: 1 }, data: Uint8Array.of(1) });
    const label = { id: 'p1', category: 'cell', box: rle.toBox(mask), mask, score: 0.5, crowd: false };
    const names = ['../../etc/passwd', '/root/a.jpg', 'C:\\x\\a.jpg', 'a/../../b.jpg', '..', 'a.jpg', 'a.png', 'A.JPG', 'a//b.jpg'];
    const { files } = await format.write(
      names.map((fileName) => ({ fileName, sha256: null, size: mask.size, labels: [label] })),
      categories,
    );
    assert.equal(new Set(files.map(({ path }) => path.toLowerCase())).size, files.length, 'no two files of one name');
    for (const { path } of files) assert.doesNotMatch(path, /^\/|^[a-z]:|\\|(^|\/)\.\.?(\/|$)/i);
  });

  test(`${name}: damaged files are an error with words or an issue, never a crash`, async () => {
    await fc.assert(
      fc.asyncProperty(images, fc.infiniteStream(fc.nat()), async (written, chance) => {
        const { files } = await format.write(written, categories);
        const damaged = files.map(({ path, bytes }) => ({ path, bytes: damage(bytes, chance) }));
        await assertCalm(() => format.read(sourceOf(damaged), written));
      }),
      { numRuns: 2 * runs, seed: 1 },
    );
  });

  test(`${name}: another program's files, or none, are an error with words`, async () => {
    for (const text of [
      '',
      '[]',
      '{}',
      'null',
      '[null, 1, "a", {}]',
      '<a/>',
      '\0',
      '\ufeff',
      '{"images": [null], "annotations": [7], "categories": {}}',
    ])
      await assertCalm(() =>
        format.read(sourceOf(ENDINGS.map((ending) => ({ path: `labels/a.${ending}`, bytes: Buffer.from(text) }))), []),
      );
    await assert.rejects(format.read(sourceOf([]), []), { code: 'DATA_NO_EXCHANGE_FILE' });
  });
}

const ENDINGS = ['json', 'xml', 'txt', 'yaml', 'parquet'];

function assertSame({ carries }: ExchangeFormat, read: readonly ExchangedImage[], written: readonly ExchangedImage[]): void {
  assert.deepEqual(
    read.map(({ fileName, size, sha256 }) => ({ fileName, size, sha256 })),
    written.map(({ fileName, size, sha256 }) => ({ fileName, size, sha256: carries.hashes ? sha256 : null })),
  );
  for (const [index, { labels }] of written.entries()) {
    assert.equal(read[index].labels.length, labels.length);
    for (const [at, label] of labels.entries()) assertSameLabel(carries, read[index].labels[at], label);
  }
}

function assertSameLabel(carries: ExchangeFormat['carries'], read: ExchangedLabel, written: ExchangedLabel): void {
  const { box, verdict, ...rest } = written;
  const { box: readBox, ...others } = read;
  assert.deepEqual(others, {
    ...rest,
    id: carries.ids ? rest.id : null,
    score: carries.scores ? rest.score : null,
    crowd: carries.crowds && rest.crowd,
    ...(carries.verdicts && verdict !== undefined ? { verdict } : {}),
  });
  const expected = carries.boxes ? box : rle.toBox(written.mask);
  for (const side of ['x1', 'y1', 'x2', 'y2'] as const)
    assert.ok(Math.abs(readBox[side] - expected[side]) <= BOX_TOLERANCE * (1 + Math.abs(expected[side])), `${side} of the box`);
}

function lossesOf({ carries }: ExchangeFormat, written: readonly ExchangedImage[]): Map<LossKind, number> {
  const labels = written.flatMap((image) => image.labels);
  const tight = ({ box, mask }: ExchangedLabel) =>
    Object.entries(rle.toBox(mask)).every(([side, at]) => box[side as keyof typeof box] === at);
  const counts: [LossKind, number][] = [
    ['scores', carries.scores ? 0 : labels.filter(({ score }) => score !== null).length],
    ['ids', carries.ids ? 0 : labels.filter(({ id }) => id !== null).length],
    ['hashes', carries.hashes ? 0 : written.filter(({ sha256 }) => sha256 !== null).length],
    ['crowds', carries.crowds ? 0 : labels.filter(({ crowd }) => crowd).length],
    ['verdicts', carries.verdicts ? 0 : labels.filter(({ verdict }) => verdict !== undefined).length],
    ['boxes', carries.boxes ? 0 : labels.filter((label) => !tight(label)).length],
  ];
  return new Map(counts.filter(([, count]) => count > 0));
}

/** Damage is drawn with a fixed seed, as a Parquet file that is never read to its end would cost half a minute. Cuts the end off, changes a byte, or puts a large number in place of a digit. */
function damage(bytes: Uint8Array, chance: Iterator<number>): Uint8Array {
  const next = (below: number) => chance.next().value % Math.max(1, below);
  const at = next(bytes.length);
  if (next(3) === 0) return bytes.slice(0, at);
  const copy = new Uint8Array(bytes);
  if (next(2) === 0) copy[at] = next(256);
  const digit = copy.findIndex((byte, index) => index >= at && byte >= 0x30 && byte <= 0x39);
  return digit < 0 ? copy : Buffer.concat([copy.subarray(0, digit), Buffer.from('4294967295'), copy.subarray(digit)]);
}

async function assertCalm(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    assert.ok(error instanceof SelfpasteError && error.code.startsWith('DATA_'), error instanceof Error ? error.stack : String(error));
  }
}
