import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { areaOf, type Box, rle, type Size } from '../../core/index.ts';
import { type InputPlacement, placeInput } from '../input/input-placement.ts';
import { type Prototypes, prototypeMask } from './prototype-mask.ts';

const whole = ({ width, height }: Size): Box => ({ x1: 0, y1: 0, x2: width, y2: height });
const square = (side: number): Size => ({ width: side, height: side });
const fitLetterbox = (image: Size, size: Size): InputPlacement => placeInput(image, { mode: 'letterbox', size, pad: 114 });

/** One prototype 4x4 whose left half says yes; the edge of the object is where the logit crosses 0, in the middle. */
const leftHalf: Prototypes = { size: square(4), data: Float32Array.from({ length: 16 }, (_, at) => (at % 4 < 2 ? 1 : -1)) };

function drawn(coefficients: readonly number[], prototypes: Prototypes, box: Box, placement: InputPlacement): readonly string[] {
  const object = prototypeMask(Float32Array.from(coefficients), prototypes, box, placement);
  if (object === null) return [];
  const { mask } = object;
  const { data, size } = rle.decode(mask);
  assert.deepEqual(mask, rle.encode({ size, data }), 'runs are as COCO writes them');
  return Array.from({ length: size.height }, (_, y) =>
    Array.from(data.subarray(y * size.width, (y + 1) * size.width), (bit) => '.#'[bit]).join(''),
  );
}

test('a prototype at half size fills its half of the picture', () => {
  const size = { width: 8, height: 2 };
  assert.deepEqual(drawn([1], leftHalf, whole(size), fitLetterbox(size, square(8))), ['####....', '####....']);
});

test('coefficients weigh the prototypes', () => {
  const size = { width: 8, height: 1 };
  const letterbox = fitLetterbox(size, square(8));
  assert.deepEqual(drawn([-2], leftHalf, whole(size), letterbox), ['....####']);
  assert.deepEqual(drawn([0], leftHalf, whole(size), letterbox), []);
  const two: Prototypes = { size: square(4), data: Float32Array.from([...leftHalf.data, ...new Float32Array(16).fill(1)]) };
  assert.deepEqual(drawn([1, 2], two, whole(size), letterbox), ['########']);
});

test('the box cuts by the centres of pixels', () => {
  const size = { width: 8, height: 3 };
  const letterbox = fitLetterbox(size, square(8));
  assert.deepEqual(drawn([1], leftHalf, { x1: 0.6, y1: 0.5, x2: 2.5, y2: 1.5 }, letterbox), ['.#......', '........', '........']);
  assert.deepEqual(drawn([1], leftHalf, { x1: 1.6, y1: 0, x2: 2.4, y2: 3 }, letterbox), []);
  assert.deepEqual(drawn([1], leftHalf, { x1: 3, y1: 0, x2: 3, y2: 3 }, letterbox), []);
});

test('a mask of all pixels, and one up to the last pixel, end without a run of zeros', () => {
  const yes: Prototypes = { size: square(2), data: new Float32Array(4).fill(1) };
  const mask = (box: Box) => prototypeMask(Float32Array.of(1), yes, box, fitLetterbox(square(3), square(4)))?.mask;
  assert.deepEqual(mask(whole(square(3)))?.counts, Uint32Array.of(0, 9));
  assert.deepEqual(mask({ x1: 2, y1: 1, x2: 3, y2: 3 })?.counts, Uint32Array.of(7, 2));
  assert.deepEqual(mask({ x1: 0, y1: 0, x2: 1, y2: 1 })?.counts, Uint32Array.of(0, 1, 8));
});

/** The definition, step by step and slowly: half-pixel centres, clamped edges. */
function resized(values: readonly number[], target: number): number[] {
  return Array.from({ length: target }, (_, at) => {
    const position = Math.max(0, Math.min(values.length - 1, ((at + 0.5) * values.length) / target - 0.5));
    const low = Math.floor(position);
    return values[low] + (position - low) * (values[Math.min(values.length - 1, low + 1)] - values[low]);
  });
}

function resizedGrid(grid: readonly (readonly number[])[], { width, height }: Size): number[][] {
  const wide = grid.map((row) => resized(row, width));
  const columns = Array.from({ length: width }, (_, x) =>
    resized(
      wide.map((row) => row[x]),
      height,
    ),
  );
  return Array.from({ length: height }, (_, y) => columns.map((column) => column[y]));
}

const side = fc.integer({ min: 1, max: 40 });
const logit = fc.float({ min: -1, max: 1, noNaN: true });

interface Letterboxed {
  readonly size: Size;
  readonly placement: InputPlacement;
  readonly values: readonly number[];
}

/** A picture of any size and the 8x8 logits of its one prototype. */
const letterboxed = (values: fc.Arbitrary<number>): fc.Arbitrary<Letterboxed> =>
  fc.tuple(side, side, fc.constantFrom(8, 16), fc.array(values, { minLength: 64, maxLength: 64 })).map(([width, height, input, logits]) => {
    const size = { width, height };
    return { size, placement: fitLetterbox(size, square(input)), values: logits };
  });

/** Values of an 8x8 grid in the picture: resized to the input, its padding cut off, resized to the picture. */
function inPicture(values: readonly number[], { size, placement: { input, content } }: Letterboxed): readonly number[] {
  const grid = Array.from({ length: 8 }, (_, row) => values.slice(8 * row, 8 * row + 8));
  const rows = resizedGrid(grid, input).slice(content.y1, content.y2);
  return resizedGrid(
    rows.map((row) => row.slice(content.x1, content.x2)),
    size,
  ).flat();
}

const maskOfAll = ({ size, placement, values }: Letterboxed) =>
  prototypeMask(Float32Array.of(1), { size: square(8), data: Float32Array.from(values) }, whole(size), placement);

const logitTolerance = 1e-5;

test('equals the two resizes of the definition, one after the other', () => {
  fc.assert(
    fc.property(letterboxed(logit), (given) => {
      const object = maskOfAll(given);
      const found = object === null ? new Uint8Array(areaOf(given.size)) : rle.decode(object.mask).data;
      for (const [at, value] of inPicture(given.values, given).entries())
        if (Math.abs(value) > logitTolerance) assert.equal(found[at], value > 0 ? 1 : 0);
    }),
  );
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('the quality is what its definition says', () => {
  const probabilityTolerance = 1e-4;
  fc.assert(
    fc.property(letterboxed(fc.float({ min: -4, max: 4, noNaN: true })), (given) => {
      const quality = maskOfAll(given)?.quality;
      fc.pre(quality !== undefined);
      const pixels = inPicture(given.values, given);
      const above = (threshold: number) => pixels.filter((value) => value > threshold).length;
      const [least, most] = [
        above(1 + logitTolerance) / above(-1 - logitTolerance),
        above(1 - logitTolerance) / above(-1 + logitTolerance),
      ];
      assert.ok(quality.stability >= least && quality.stability <= most, `${quality.stability} is not in ${least}..${most}`);
      const positive = (of: (value: number) => number) =>
        inPicture(
          given.values.map((value) => (value > 0 ? of(value) : 0)),
          given,
        );
      const mean = sum(positive((value) => 1 / (1 + Math.exp(-value)))) / sum(positive(() => 1));
      assert.ok(Math.abs(quality.probability - mean) < probabilityTolerance, `${quality.probability} is not ${mean}`);
    }),
  );
});
