import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryId, imageId, predictionId, rle, verdictId } from '../../core/index.ts';
import type { Drawing, StoredVerdict } from '../../db/index.ts';
import { type CameBack, correctionsOf, type HandedOut } from './corrections.ts';
import { labelName, namedLabel } from './label-name.ts';

const size = { width: 60, height: 40 };
const square = (x1: number, y1: number, side = 10) => rle.fromBox(size, { x1, y1, x2: x1 + side, y2: y1 + side });
const image = imageId(7);
const [cat, dog] = [categoryId(1), categoryId(2)];
const first = { of: 'prediction', prediction: predictionId(11) } as const;
const second = { of: 'prediction', prediction: predictionId(12) } as const;
const own = { of: 'drawn', drawn: verdictId(5) } as const;
const out: readonly HandedOut[] = [
  { label: first, category: cat, mask: square(0, 0) },
  { label: second, category: cat, mask: square(20, 0) },
  { label: own, category: dog, mask: square(40, 0) },
];
const untouched = out.map(({ label, category, mask }): CameBack => ({ label, category, mask, verdict: null }));
const withoutNames = untouched.map((label): CameBack => ({ ...label, label: null }));
const signed = (id: number) => ({ id: verdictId(id), who: 'Ada', why: '', atMs: 1 });
const drawing = (category: Drawing['category'], mask: Drawing['mask']): Drawing => ({ category, box: rle.toBox(mask), mask });
const ownStands: StoredVerdict = { ...signed(5), ...own, verdict: 'drawn', correction: drawing(dog, square(40, 0)) };
const corrections = (back: readonly CameBack[], standing: readonly StoredVerdict[] = [ownStands]) =>
  correctionsOf(image, out, back, standing);

test('what nobody touched says nothing, with or without its name', () => {
  assert.deepEqual(corrections(untouched), { judgements: [], unchanged: 3 });
  assert.deepEqual(corrections(withoutNames.toReversed()), { judgements: [], unchanged: 3 });
});

test('what is missing was not rejected where something of the picture could not be read', () => {
  assert.deepEqual(correctionsOf(image, out, untouched.slice(1), [], false), { judgements: [], unchanged: 2 });
  assert.equal(correctionsOf(image, out, untouched.slice(1), []).judgements.length, 1);
});

test('another class, another mask, a missing and a new label become verdicts', () => {
  const moved = square(21, 1);
  const fresh = square(30, 25);
  const back: readonly CameBack[] = [
    { ...untouched[0], category: dog },
    { ...untouched[1], mask: moved },
    { label: null, category: cat, mask: fresh, verdict: null },
  ];
  assert.deepEqual(corrections(back).judgements, [
    { ...first, verdict: 'corrected', category: dog, mask: square(0, 0) },
    { ...second, verdict: 'corrected', category: cat, mask: moved },
    { of: 'image', image, verdict: 'drawn', category: cat, mask: fresh },
    { ...own, verdict: 'rejected' },
  ]);
});

test('a label without its name is the one that it overlaps most', () => {
  const near = { ...withoutNames[0], mask: square(20, 1) };
  assert.deepEqual(corrections([near, ...withoutNames]).judgements, [
    { of: 'image', image, verdict: 'drawn', category: cat, mask: near.mask },
  ]);
  assert.deepEqual(corrections([near, withoutNames[0], withoutNames[2]]).judgements, [
    { ...second, verdict: 'corrected', category: cat, mask: near.mask },
  ]);
});

test('what a tool says outright is taken at its word', () => {
  const back: readonly CameBack[] = [
    { ...untouched[0], verdict: 'accepted' },
    { ...untouched[1], verdict: 'rejected', mask: square(22, 2) },
    { ...untouched[2], verdict: 'accepted' },
    { label: null, category: cat, mask: square(30, 25), verdict: 'rejected' },
  ];
  assert.deepEqual(corrections(back).judgements, [
    { ...first, verdict: 'accepted' },
    { ...second, verdict: 'rejected' },
  ]);
});

test('two labels of one name: the second one is new', () => {
  const copy = { ...untouched[0], mask: square(0, 25) };
  assert.deepEqual(corrections([...untouched, copy]).judgements, [
    { of: 'image', image, verdict: 'drawn', category: cat, mask: copy.mask },
  ]);
});

test("a label's name comes back from its text, a bare number is a prediction's", () => {
  for (const label of [first, second, own]) assert.deepEqual(namedLabel(labelName(label)), label);
  assert.deepEqual(namedLabel('12'), second);
  for (const text of ['', 'x1', 'p', 'p-1', '1.5', 'd12345678901234567']) assert.equal(namedLabel(text), undefined);
});

const fresh: CameBack = { label: null, category: cat, mask: square(30, 25), verdict: null };

test('what stands already is not said again', () => {
  const back: readonly CameBack[] = [{ ...untouched[0], mask: square(1, 1) }, fresh];
  const ofFirst = { ...signed(6), ...first, round: 1, category: cat, mask: square(0, 0) };
  const ofSecond = { ...signed(7), ...second, round: 1, category: cat, mask: square(20, 0) };
  const said: readonly StoredVerdict[] = [
    { ...ofFirst, verdict: 'corrected', correction: drawing(cat, square(1, 1)) },
    { ...ofSecond, verdict: 'rejected' },
    { ...signed(8), of: 'drawn', drawn: verdictId(8), verdict: 'drawn', correction: drawing(cat, square(30, 26)) },
  ];
  assert.equal(corrections(back).judgements.length, 4);
  assert.deepEqual(corrections(back, said), { judgements: [], unchanged: 4 }, 'and the own drawing, which stands no more, is not rejected');
  const others: readonly StoredVerdict[] = [
    { ...ofFirst, verdict: 'corrected', correction: drawing(dog, square(1, 1)) },
    { ...ofSecond, verdict: 'accepted' },
    { ...signed(8), of: 'drawn', drawn: verdictId(8), verdict: 'drawn', correction: drawing(dog, square(30, 26)) },
    ownStands,
  ];
  assert.deepEqual(corrections(back, others), corrections(back));
});

test('a drawing that was handed out under its name, and is gone, is not the new one in its place', () => {
  const moved: StoredVerdict = { ...signed(9), ...own, verdict: 'corrected', correction: drawing(cat, fresh.mask) };
  assert.deepEqual(corrections([...untouched.slice(0, 2), fresh], [moved]).judgements, [
    { of: 'image', image, verdict: 'drawn', category: cat, mask: fresh.mask },
    { ...own, verdict: 'rejected' },
  ]);
});
