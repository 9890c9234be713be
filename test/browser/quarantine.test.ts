/** What a run goes on without, where that is very much. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { addImage, attempt, testFolder, testRun } from '../../db/test-database.ts';
import { firstContext, MACHINE_VERSION } from '../../pipeline/machine/machine.ts';
import { testReport } from '../../web/test-report.ts';
import { assertFits, inspect, NARROW, skip } from './browser.ts';

const FAILED = 1234;

test('of very many pictures that could not be labeled a part is listed, and all are counted', { skip }, async (t) => {
  const folder = testFolder(t);
  const db = testRun(t, join(folder, 'selfpaste.db'));
  const { name, seed, config, configHash, programVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  db.runs.create({ name, seed, config, configHash, programVersion, machineVersion: MACHINE_VERSION, createdAtMs });
  const context = { ...firstContext({ rounds: 2, given: true, waits: [] }), stage: 'label', round: 1 } as const;
  db.snapshots.add({ atMs: createdAtMs, machineVersion: MACHINE_VERSION, state: { value: 'label', context } });
  db.transaction(() => {
    for (let number = 1; number <= FAILED; number++) db.labeling.recordFailed(attempt(addImage(db, number).id), 'is damaged');
  });
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const page = await inspection.open('/', { size: NARROW });
  const panel = page.getByRole('region', { name: 'quarantine' });
  await panel.getByText('1,234 pictures could not be labeled in round 1').waitFor();
  assert.equal(await panel.locator('li').count(), 1000);
  await panel.getByText('and 234 more', { exact: true }).waitFor();
  await panel.getByRole('button', { name: 'try 1,234 pictures again' }).waitFor();
  await assertFits(page);
  await inspection.close();
});
