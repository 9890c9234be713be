/** What every view of the inspector keeps, on a run that made everything that they show. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assertEnded, lookInto, makeScenes, runProgram, SMALL, writeConfig } from '../small-run.ts';
import { assertAccessible, assertFits, eventually, type Inspection, inspect, NARROW, skip } from './browser.ts';

describe('every view', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-views-'));
  const run = join(folder, 'runs/small');
  let inspection: Inspection;

  before(async () => {
    await makeScenes(folder);
    assertEnded(await runProgram(['run', '-c', writeConfig(folder, { ...SMALL, rounds: 2, train: { ...SMALL.train, steps: 8 } })]), 0);
    inspection = await inspect(run);
  });
  after(async () => {
    await inspection?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const labeledImage = (): number => lookInto(run, (db) => Number([...db.images.ofSubset('unlabeled')][0].id));
  const views = {
    run: () => '/',
    labels: () => '/labels?status=kept',
    picture: () => `/image/${labeledImage()}`,
    policy: () => '/policy',
    compare: () => '/compare?a=1&b=2',
  } as const;

  for (const [name, address] of Object.entries(views))
    it(`${name} is accessible and fits, wide and light, narrow and dark`, async () => {
      for (const options of [{}, { size: NARROW, scheme: 'dark' }] as const) {
        const page = await inspection.open(address(), options);
        await page.waitForLoadState('load');
        await page.locator('main :is(h2, h3, canvas, table)').first().waitFor();
        await assertFits(page);
        await assertAccessible(page);
        await page.close();
      }
    });

  it('is reached by the menu, and its address leads back to it', async () => {
    const page = await inspection.open('/');
    for (const title of ['Labels', 'Policy', 'Compare', 'Run']) {
      await page.getByRole('navigation', { name: 'views' }).getByRole('link', { name: title }).click();
      await eventually(async () => assert.equal(await page.locator('nav[aria-label=views] a[aria-current=page]').textContent(), title));
    }
    await page.goBack();
    await eventually(async () => assert.equal(await page.locator('nav[aria-label=views] a[aria-current=page]').textContent(), 'Compare'));
  });

  it('is of no use to other origins: no script within the page, and none from elsewhere', async () => {
    const page = await inspection.open('/');
    const inline = await page.evaluate<number>(`document.querySelectorAll('script:not([src]), style, [style*="url"], [onclick]').length`);
    assert.equal(inline, 0);
    const elsewhere = await page.evaluate<string[]>(
      `performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin).filter((origin) => origin !== location.origin && origin !== 'null')`,
    );
    assert.deepEqual(elsewhere, []);
  });
});
