/** The students of two rounds, class by class, on a run that was made by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAT, DOG } from '../../db/test-database.ts';
import { twoRounds } from '../two-rounds.ts';
import { assertAccessible, assertFits, eventually, inspect, NARROW, skip } from './browser.ts';

const NOTHING = { truths: 0, maskAp: null, maskAp50: null, boxAp: null };

test('compare shows what students are worth by class, and what is not known', { skip }, async (t) => {
  const { db, folder } = twoRounds(t);
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const page = await inspection.open('/compare');
  const panel = page.locator('section[aria-label=students]');
  await eventually(async () => assert.match((await panel.textContent()) ?? '', /Not known: no student of these rounds was measured yet/));

  db.metrics.record(1, 10, { maskAp: 0.5 });
  db.classMetrics.record(1, 10, [
    { category: CAT, truths: 4, maskAp: 0.5, maskAp50: 0.75, boxAp: 0.2504 },
    { category: DOG, ...NOTHING },
  ]);
  db.metrics.record(2, 10, { maskAp: 0.625 });
  db.classMetrics.record(2, 10, [
    { category: CAT, truths: 4, maskAp: 0.625, maskAp50: 0.5, boxAp: 0.2506 },
    { category: DOG, ...NOTHING },
  ]);
  await page.reload();
  await eventually(async () =>
    assert.deepEqual(
      await panel
        .locator('tbody tr')
        .allInnerTexts()
        .then((rows) => rows.map(words)),
      ['cat 0.500 → 0.625 +0.125 0.750 → 0.500 −0.250 0.250 → 0.251 +0.001 4', 'dog – → – – – → – – – → – – 0'],
    ),
  );
  assert.deepEqual(await panel.locator('thead th').allInnerTexts(), [
    'class',
    'mask AP, round 1 → 2',
    'at IoU 0.5, round 1 → 2',
    'box AP, round 1 → 2',
    'objects to find',
  ]);
  await assertAccessible(page);
  await page.setViewportSize(NARROW);
  await assertFits(page);
});

const words = (text: string): string => text.trim().split(/\s+/).join(' ');
