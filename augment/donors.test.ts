import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classIndex, type LabeledTrainingImage, stream } from '../core/index.ts';
import { balancedDonors, type DonorDraw, uniformDonors } from './donors.ts';

const size = { width: 2, height: 2 };
const mask = { size, counts: Uint32Array.of(0, 4) };
const picture = (...classes: number[]): LabeledTrainingImage => ({
  path: '',
  size,
  instances: classes.map((index) => ({ classIndex: classIndex(index), mask, source: { by: 'human' } })),
  ignored: [],
});
/** 97 pictures of a common class, one of them with a rare one, and two without objects. */
const pictures = [picture(), ...Array.from({ length: 96 }, () => picture(0, 0, 0)), picture(0, 0, 7), picture()];
const draws = 2000;
const tolerance = 0.05;

function shares(draw: DonorDraw | null): { rare: number; empty: number } {
  let rare = 0;
  let empty = 0;
  for (let seed = 0; seed < draws; seed++) {
    const { index, instances } = draw?.(stream(seed, 'test')) ?? { index: 0, instances: [] };
    const classes = instances.map((at) => Number(pictures[index].instances[at].classIndex));
    if (classes.includes(7)) rare++;
    if (classes.length === 0) empty++;
  }
  return { rare: rare / draws, empty: empty / draws };
}

test('uniform donors follow the pictures; of balanced ones half the samples hold the rare class of two; none is empty', () => {
  const uniform = shares(uniformDonors(pictures, null));
  // One picture in 97, of which two in three subsets hold a given object.
  assert.ok(uniform.rare < 0.02);
  assert.equal(uniform.empty, 0);
  const balanced = shares(balancedDonors(pictures, null));
  assert.ok(Math.abs(balanced.rare - 0.5) < tolerance, `${balanced.rare}`);
  assert.equal(balanced.empty, 0);
});

test('the drawn class is among the chosen objects however few they may be', () => {
  const rare = shares(balancedDonors(pictures, 1)).rare;
  assert.ok(Math.abs(rare - 0.5) < tolerance, `${rare}`);
});

test('without any object there is no donor', () => {
  assert.equal(uniformDonors([picture(), picture()], null), null);
  assert.equal(balancedDonors([picture()], null), null);
});
