/**
 * The long form of test/faults/siege.test.ts, in `npm run test:faults`: hundreds of faults, at least 200 of them kills.
 * FAULTS_SEED is another seed than the usual one.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Fault } from '../faults/fault.ts';
import { FaultBed, givenTo } from '../faults/fault-bed.ts';
import { killAtPoint } from '../faults/kills.ts';
import { GIVEN_POINTS, longPlan } from '../faults/plans.ts';
import { besiege, type Tolls, tollTable } from '../faults/siege.ts';
import { skip } from '../interruption.ts';

const SEED = Number(process.env.FAULTS_SEED ?? 1);
const FEWEST_KILLS = 200;
const say = (text: string): void => console.log(text);

describe(`runs under siege, seed ${SEED}`, { skip }, () => {
  let bed: FaultBed;
  before(async () => {
    bed = await FaultBed.make();
  });
  after(() => bed?.remove());

  it('end as one that meets no fault', async () => {
    const tolls = await told(bed, longPlan(SEED, bed.pace), 'long');
    const kills = [...tolls].filter(([name]) => name.includes('killed')).reduce((sum, [, { times }]) => sum + times, 0);
    say(`${kills} kills`);
    assertSound(tolls);
    assert.ok(kills >= FEWEST_KILLS, `${kills} kills`);
  });

  it('with a given teacher, too', async () => {
    const given = await FaultBed.make(givenTo(bed));
    try {
      const points = ['run-recorded', ...GIVEN_POINTS, 'calibration-recorded', 'attempt-recorded', 'student-registered'] as const;
      assertSound(
        await told(
          given,
          points.map((point) => killAtPoint(point, 1)),
          'given',
        ),
      );
    } finally {
      given.remove();
    }
  });
});

async function told(bed: FaultBed, faults: readonly Fault[], name: string): Promise<Tolls> {
  const startedMs = performance.now();
  const tolls = await besiege(bed, faults, name, say);
  say(`${tollTable(tolls)}\nin ${Math.round((performance.now() - startedMs) / 60_000)} min, seed ${SEED}`);
  return tolls;
}

function assertSound(tolls: Tolls): void {
  const different = [...tolls.values()].flatMap(({ differences }) => differences);
  assert.deepEqual(different, []);
  const dead = [...tolls].filter(([name, { times }]) => name.startsWith('killed at') && times === 0);
  assert.deepEqual(dead, [], 'commit points that no run came by');
}
