import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Rng, stream } from '../core/index.ts';
import { ClusteredShare, type ShareInterval } from './interval.ts';

/** Of an interval's two ends, for values that tables give to three digits. */
const THREE_DIGITS = 0.0005;
/** Share of simulated intervals that hold the truth, which is to be 0.95: its own standard error over 1,000 simulations is 0.007. */
const COVERAGE = { from: 0.91, to: 0.98 };

function intervalOf(groups: readonly (readonly [hits: number, count: number])[]): ShareInterval | null {
  const share = new ClusteredShare();
  for (const [hits, count] of groups) share.add(hits, count);
  return share.interval();
}

test('many groups of one are independent things: the plain Wilson interval', () => {
  const groups = Array.from({ length: 2000 }, (_, at) => [at < 1600 ? 1 : 0, 1] as const);
  const { share, from, to } = intervalOf(groups) as ShareInterval;
  assert.equal(share, 0.8);
  // Wilson 1927 for 1,600 of 2,000: 0.7819 to 0.8170.
  assert.ok(Math.abs(from - 0.7819) < THREE_DIGITS && Math.abs(to - 0.817) < THREE_DIGITS, `${from} to ${to}`);
});

test('groups that are alike inside tell no more than one thing each', () => {
  const single = Array.from({ length: 400 }, (_, at) => [at % 4 === 0 ? 0 : 1, 1] as const);
  const tenfold = single.map(([hits, count]) => [10 * hits, 10 * count] as const);
  const [one, ten] = [intervalOf(single), intervalOf(tenfold)] as [ShareInterval, ShareInterval];
  assert.ok(Math.abs(one.from - ten.from) < THREE_DIGITS && Math.abs(one.to - ten.to) < THREE_DIGITS);
});

test('nothing has no share; one group alone says little; all alike is not certain', () => {
  assert.equal(intervalOf([]), null);
  assert.equal(intervalOf([[0, 0]]), null);
  const alone = intervalOf([[90, 100]]) as ShareInterval;
  assert.ok(alone.from < 0.3 && alone.to > 0.95);
  const perfect = intervalOf(Array.from({ length: 40 }, () => [5, 5] as const)) as ShareInterval;
  assert.ok(perfect.share === 1 && perfect.to === 1 && perfect.from < 0.95 && perfect.from > 0.85);
});

test('an interval holds its share and lies in 0..1', () => {
  const groups = fc.array(
    fc.nat(20).chain((count) => fc.tuple(fc.nat(count), fc.constant(count))),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(groups, (all) => {
      const interval = intervalOf(all);
      if (!interval) return assert.ok(all.every(([, count]) => count === 0));
      const { share, from, to } = interval;
      const ROUNDING = 1e-12;
      assert.ok(0 <= from && from <= share + ROUNDING && share <= to + ROUNDING && to <= 1, `${from} ${share} ${to}`);
    }),
  );
});

/** An image of 1 to 12 labels, which are right with probability `good`, or `poor` on a share of hard images. */
function simulated(rng: Rng, { good, poor, hard }: World): [number, number] {
  const count = 1 + rng.integer(12);
  const probability = rng.chance(hard) ? poor : good;
  return [Array.from({ length: count }, () => rng.chance(probability)).filter(Boolean).length, count];
}

interface World {
  readonly good: number;
  readonly poor: number;
  readonly hard: number;
}

const WORLDS: readonly (World & { readonly name: string; readonly images: number })[] = [
  { name: 'independent labels', good: 0.7, poor: 0.7, hard: 0, images: 60 },
  { name: 'clustered labels', good: 0.95, poor: 0.3, hard: 0.2, images: 60 },
  { name: 'strongly clustered labels', good: 1, poor: 0, hard: 0.3, images: 60 },
  { name: 'few images', good: 0.9, poor: 0.4, hard: 0.3, images: 12 },
  { name: 'a high precision', good: 0.99, poor: 0.6, hard: 0.05, images: 200 },
];

const SIMULATIONS = 1000;

function coverage(name: string, world: World, images: number, intervalFor: (groups: [number, number][]) => ShareInterval | null): number {
  const truth = (1 - world.hard) * world.good + world.hard * world.poor;
  let covered = 0;
  for (let run = 0; run < SIMULATIONS; run++) {
    const rng = stream(1, name, run);
    const interval = intervalFor(Array.from({ length: images }, () => simulated(rng, world)));
    if (interval && interval.from <= truth && truth <= interval.to) covered++;
  }
  return covered / SIMULATIONS;
}

for (const { name, images, ...world } of WORLDS)
  test(`95 % of the intervals hold the truth: ${name}`, () => {
    const share = coverage(name, world, images, intervalOf);
    assert.ok(share >= COVERAGE.from && share <= COVERAGE.to, `${share}`);
  });

test('which intervals that take the labels of an image for independent do not', () => {
  const { name, images, ...world } = WORLDS[1];
  const asSingles = (groups: [number, number][]) =>
    intervalOf(groups.flatMap(([hits, count]) => Array.from({ length: count }, (_, at) => [at < hits ? 1 : 0, 1] as const)));
  const NAIVE_COVERAGE_MOST = 0.85;
  assert.ok(coverage(name, world, images, asSingles) < NAIVE_COVERAGE_MOST);
});
