/** The gallery of labels: it scrolls, is filtered by its histograms, and all of it is in its address. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { categoryId } from '../../core/index.ts';
import { countLabels, type LabelFilter, type RunDatabase } from '../../db/index.ts';
import { eventually, type Inspection, inspect, skip } from './browser.ts';
import { type MadePicture, makeRun, type Said } from './made-run.ts';

const CLASS_NAMES = ['cat', 'dog', 'bird & bee'];
const PICTURES = 40;
const COLUMNS = 8;
const OBJECTS = 6 * COLUMNS;

/** In rows, of four to 27 px each, with scores of two digits. */
function said(picture: number, at: number): Said {
  const score = ((picture * 37 + at * 13) % 98) / 100 + 0.01;
  const [x1, y1, side] = [(at % COLUMNS) * 5, Math.floor(at / COLUMNS) * 4, 4 + ((picture * 5 + at * 7) % 24)];
  return [score, 1 + (((picture + at) % 7) % CLASS_NAMES.length), { x1, y1, x2: x1 + side, y2: y1 + side }];
}

const scene = (): MadePicture[] =>
  Array.from({ length: PICTURES }, (_, picture) => ({
    fileName: `${picture}.png`,
    rounds: [Array.from({ length: OBJECTS }, (_object, at) => said(picture, at))],
  }));

describe('the gallery of labels', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-gallery-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    db = await makeRun(folder, { name: 'many', classNames: CLASS_NAMES, pictures: scene() });
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.close();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const found = (filter: Omit<LabelFilter, 'round'>): number => countLabels(db, { round: 1, ...filter }).labels;
  const listed = (page: Page, labels: number) =>
    eventually(async () => assert.equal(await page.locator('.list-head strong').textContent(), `${labels.toLocaleString('en')} labels`));
  const ringed = (page: Page) => page.locator('.ringed a').getAttribute('title');

  async function gallery(query = ''): Promise<Page> {
    const page = await inspection.open(`/labels${query}`);
    await page.locator('.tile canvas.shown').first().waitFor();
    return page;
  }

  it('scrolls through all of them with as many in the document as are seen', async () => {
    const page = await gallery('?order=image');
    await listed(page, PICTURES * OBJECTS);
    const inDocument = async () => {
      const tiles = await page.locator('.tile').count();
      assert.ok(tiles > 10 && tiles < 200, `${tiles} tiles`);
    };
    await page.keyboard.press('End');
    await page.locator(`#label-${PICTURES * OBJECTS - 1}.ringed canvas.shown`).waitFor();
    assert.match((await ringed(page)) ?? '', /of 39\.png$/);
    await inDocument();
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Home');
    await page.locator('#label-0.ringed canvas.shown').waitFor();
    assert.match((await ringed(page)) ?? '', /of 0\.png$/);
    await page.locator('.gallery').hover();
    await page.mouse.wheel(0, 4000);
    await page.locator('#label-0').waitFor({ state: 'detached' });
    await eventually(async () => assert.equal(await page.locator('.tile:not(:has(canvas.shown))').count(), 0));
    await inDocument();
    await page.close();
  });

  it('is filtered by histograms that are brushed, by pointer and by keys, and by a class', async () => {
    const page = await gallery();
    const bars = page.locator('.histogram', { hasText: 'score' }).locator('.bars');
    const box = (await bars.boundingBox()) ?? assert.fail('no histogram of scores');
    const at = (share: number): readonly [number, number] => [box.x + share * box.width, box.y + box.height / 2];
    await page.mouse.move(...at(0.52));
    await page.mouse.down();
    await page.mouse.move(...at(0.78), { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/score=0\.5\.\.0\.8/);
    await listed(page, found({ minScore: 0.5, maxScore: 0.8 }));
    await page.getByRole('slider', { name: 'score, to' }).focus();
    const url = new URL(page.url());
    await page.keyboard.press('End');
    await page.waitForURL(/score=0\.5\.\.(&|$)/);
    await listed(page, found({ minScore: 0.5 }));
    assert.notEqual(page.url(), url.href);
    await page.getByRole('slider', { name: /^area.*from/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/area=\d+\.\./);
    const minAreaPx2 = Number(/area=(\d+)/.exec(page.url())?.[1]);
    await listed(page, found({ minScore: 0.5, minAreaPx2 }));
    await page.getByRole('button', { name: 'bird & bee' }).click();
    await page.waitForURL(/category=bird/);
    await listed(page, found({ minScore: 0.5, minAreaPx2, category: categoryId(3) }));
    await page.getByRole('button', { name: /^take away area/ }).click();
    await listed(page, found({ minScore: 0.5, category: categoryId(3) }));
    await page.goBack();
    await listed(page, found({ minScore: 0.5, minAreaPx2, category: categoryId(3) }));
    await page.goBack();
    await listed(page, found({ minScore: 0.5, minAreaPx2 }));
    await page.goForward();
    await listed(page, found({ minScore: 0.5, minAreaPx2, category: categoryId(3) }));
    await page.getByRole('button', { name: 'take all away' }).click();
    await listed(page, PICTURES * OBJECTS);
    await page.close();
  });

  it('is the same for who opens a sent address, and after looking at a picture', async () => {
    const page = await gallery();
    await page.getByLabel('status').selectOption('kept');
    await page.getByLabel('order').selectOption('smallest first');
    await listed(page, found({ status: 'kept' }));
    await page.locator('.gallery:not(.waiting)').waitFor();
    await page.locator('.gallery').focus();
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    await page.waitForURL(/status=kept&order=area-asc&label=\d+/);
    await page.locator('.ringed canvas.shown').waitFor();
    const [sent, shown] = [page.url(), await ringed(page)];
    const other = await gallery(new URL(sent).search);
    await eventually(async () => assert.equal(await ringed(other), shown));
    await listed(other, found({ status: 'kept' }));
    await other.close();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/image\/\d+\?label=\d+/);
    await page.locator('#label-title').waitFor();
    await page.keyboard.press('g');
    await eventually(async () => assert.equal(await ringed(page), shown));
    await page.goBack();
    await page.locator('#label-title').waitFor();
    await page.goBack();
    await eventually(async () => assert.equal(await ringed(page), shown));
    await page.close();
  });

  it('says that nothing is found, and what is wrong with an address', async () => {
    const page = await inspection.open('/labels?score=0.999..1');
    await page.getByText('No labels match these filters.').waitFor();
    page.removeAllListeners('console');
    await page.goto(new URL('/labels?score=5', page.url()).href);
    await page.locator('.problem', { hasText: 'score' }).first().waitFor();
    await page.close();
  });
});
