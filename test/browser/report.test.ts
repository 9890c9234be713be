/** A report of a run, as somebody opens it who has nothing but the file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { classIndex } from '../../core/index.ts';
import { addImage, addModel, CAT, label, prediction, T0, testDatabase, testFolder } from '../../db/test-database.ts';
import { testReport } from '../../web/test-report.ts';
import { assertEnded, makeScenes, programJson, runProgram, SMALL, writeConfig } from '../small-run.ts';
import { assertAccessible, assertFits, eventually, type Inspection, inspect, NARROW, type PageOptions, skip } from './browser.ts';

/** Opens a file as if there were no network. @returns the page, and what it asked for */
async function openFile({ open }: Inspection, path: string, options: PageOptions = {}): Promise<{ page: Page; asked: string[] }> {
  const asked: string[] = [];
  const page = await open(pathToFileURL(path).href, options);
  await page.context().setOffline(true);
  page.on('request', (request) => asked.push(request.url()));
  await page.reload();
  await page.locator('main').waitFor();
  return { page, asked: asked.filter((url) => !url.startsWith('data:')) };
}

describe('a report of a run', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-report-'));
  const run = join(folder, 'runs/small');
  const path = join(folder, 'report.html');
  let inspection: Inspection;

  before(async () => {
    await makeScenes(folder);
    assertEnded(await runProgram(['run', '-c', writeConfig(folder, { ...SMALL, rounds: 2, train: { ...SMALL.train, steps: 8 } })]), 0);
    const { labels } = await programJson<{ labels: number }>(['ui', run, '--export', path, '--sample', '20', '--json']);
    assert.equal(labels, 20);
    inspection = await inspect(run);
  });
  after(async () => {
    await inspection?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for nothing but itself, and shows every part', async () => {
    const { page, asked } = await openFile(inspection, path);
    assert.deepEqual(asked, [pathToFileURL(path).href]);
    assert.equal(await page.title(), 'small · selfpaste report');
    assert.match((await page.locator('.outcome').textContent()) ?? '', /^Finished after round 2: .*mask AP \d\.\d{3} on the validation/);
    assert.equal(await page.locator('.round-rows tbody tr').count(), 3);
    assert.equal(await page.locator('.chart canvas').count(), 3);
    assert.equal(await page.locator('.compare .confusion').count(), 1);
    const tiles = page.locator('.sample-group li');
    assert.equal(await tiles.count(), 20);
    const loaded = await page.evaluate<boolean[]>(
      `[...document.querySelectorAll('.sample-group img')].map((img) => img.naturalWidth === 160)`,
    );
    assert.deepEqual([...new Set(loaded), loaded.length], [true, 20], 'each has its picture');
    const painted = await page.evaluate<boolean>(
      `[...document.querySelectorAll('.sample-group canvas')].some((canvas) => canvas.getContext('2d').getImageData(0, 0, 160, 160).data.some((value) => value > 0))`,
    );
    assert.ok(painted, 'and masks over it');
    assert.equal(await page.locator('main a').count(), 0, 'no link leads to a server that is not there');
  });

  it('has curves whose parts can be switched, without a server to remember it', async () => {
    const { page } = await openFile(inspection, path);
    const loss = page.locator('section[aria-labelledby=curves-loss]');
    const part = loss.getByRole('checkbox', { name: /^mask/ });
    assert.equal(await part.isChecked(), false);
    await part.check();
    await eventually(async () => assert.equal(await part.isChecked(), true));
    assert.equal(page.url(), pathToFileURL(path).href);
    await loss.getByText('numbers', { exact: true }).click();
    await eventually(async () => assert.equal((await loss.locator('tbody tr').count()) > 0, true));
  });

  it('is accessible and fits, wide and light, narrow and dark', async () => {
    for (const options of [{}, { size: NARROW, scheme: 'dark' }] as const) {
      const { page } = await openFile(inspection, path, options);
      await assertFits(page);
      await assertAccessible(page);
    }
  });
});

it('a report with names that are markup elsewhere shows them as they are', { skip }, async (t) => {
  const folder = testFolder(t);
  const db = testDatabase(t, join(folder, 'selfpaste.db'));
  const name = `</script><script>document.title='owned'</script><!--<script>\u2028`;
  const category = `<img src=x onerror="document.title='owned'">`;
  db.categories.add([{ id: CAT, name: category, classIndex: classIndex(0) }]);
  const { seed, config, configHash, programVersion, machineVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  db.runs.create({ name, seed, config, configHash, programVersion, machineVersion, createdAtMs });
  db.rounds.start(1, { stage: 'label', teacher: addModel(db, 1), startedAtMs: T0 });
  label(db, addImage(db, 1), [prediction(0.9), prediction(0.7)]);
  db.events.add({ atMs: T0, round: 1, kind: 'note', data: { kind: 'note', round: 1, level: 'warn', text: category } });
  const path = join(folder, `a #1 ${'%41'}.html`);
  await programJson(['ui', folder, '--export', path, '--json']);
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const { page, asked } = await openFile(inspection, path);
  assert.deepEqual(asked, [pathToFileURL(path).href]);
  assert.equal(await page.locator('h1').textContent(), name);
  assert.match(await page.title(), /selfpaste report$/);
  assert.equal(await page.locator('.sample-group .caption b').first().textContent(), category);
  assert.match((await page.locator('.warnings').textContent()) ?? '', /<img src=x/);
  assert.equal(await page.locator('.no-picture').count(), 2, 'pictures that are not there are said');
  assert.equal(await page.evaluate<number>(`document.querySelectorAll('script').length`), 2);
  await inspection.close();
});

it('a report of a run that has not begun says so', { skip }, async (t) => {
  const folder = testFolder(t);
  testDatabase(t, join(folder, 'selfpaste.db')).runs.create(testReport('early').run ?? assert.fail());
  const path = join(folder, 'report.html');
  await programJson(['ui', folder, '--export', path, '--json']);
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const { page } = await openFile(inspection, path, { size: NARROW });
  for (const words of ['The run has not begun: no round has started.', 'Nothing has been trained.', 'No student has been measured.'])
    await page.getByText(words).first().waitFor();
  await assertAccessible(page);
  await assertFits(page);
  await inspection.close();
});
