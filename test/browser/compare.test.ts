/** Two rounds side by side: each number leads to the labels that it counts, and each of these to its picture. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { CHANGE_KINDS } from '../../core/index.ts';
import { diffRounds, type RunDatabase } from '../../db/index.ts';
import { labelChanges } from '../../pseudo/index.ts';
import { eventually, type Inspection, inspect, NARROW, skip } from './browser.ts';
import { type MadePicture, makeRun, type Said } from './made-run.ts';

const [CAT, DOG] = [1, 2];
const LEFT = { x1: 2, y1: 2, x2: 18, y2: 16 };
const RIGHT = { x1: 40, y1: 2, x2: 60, y2: 16 };
const BELOW = { x1: 2, y1: 26, x2: 22, y2: 44 };
const CORNER = { x1: 40, y1: 26, x2: 60, y2: 44 };

const CAT_STAYS: readonly (readonly Said[])[] = [[[0.8, CAT, LEFT]], [[0.9, CAT, LEFT]], [[0.9, CAT, LEFT]]];
/** A dog that turns out to be a cat, one that is lost, one that is found, and one that is larger than it seemed. */
const DOGS_CHANGE: readonly (readonly Said[])[] = [
  [
    [0.7, DOG, RIGHT],
    [0.8, DOG, BELOW],
  ],
  [
    [0.8, CAT, RIGHT],
    [0.7, DOG, CORNER],
  ],
  [[0.9, DOG, { ...CORNER, x1: 30, y1: 20 }]],
];
const PICTURES: readonly MadePicture[] = [
  { fileName: 'cat.png', rounds: CAT_STAYS },
  { fileName: 'dogs.png', rounds: DOGS_CHANGE },
];

describe('the view of two rounds', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-compare-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    db = await makeRun(folder, { name: 'compared', classNames: ['cat', 'dog'], pictures: PICTURES });
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.close();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tab = (page: Page, kind: string) => page.locator(`.kinds .${kind} .number`).textContent();
  const choice = (page: Page, label: string) => page.locator('label', { hasText: new RegExp(`^${label}`) }).locator('select');
  const examples = (page: Page) => page.locator('.thumbnails li');
  const counted = (page: Page, labels: number) => eventually(async () => assert.equal(await examples(page).count(), labels));

  it('counts what `labels diff` counts, of the rounds that are chosen', async () => {
    const page = await inspection.open('/compare?a=1&b=2');
    const agrees = async (from: number, to: number) => {
      const { kinds } = diffRounds(db, from, to, labelChanges);
      for (const kind of CHANGE_KINDS) await eventually(async () => assert.equal(await tab(page, kind), String(kinds[kind] ?? 0), kind));
    };
    await page.locator('.kinds').waitFor();
    await agrees(1, 2);
    assert.deepEqual(await Promise.all(['born', 'kept', 'reclassified', 'died'].map((kind) => tab(page, kind))), ['1', '1', '1', '1']);
    await choice(page, 'and round').selectOption('3');
    await page.waitForURL(/a=1&b=3/);
    await agrees(1, 3);
    await choice(page, 'round').selectOption('2');
    await page.waitForURL(/a=2&b=3/);
    await agrees(2, 3);
    assert.equal(await tab(page, 'grew'), '1');
    await page.close();
  });

  it('shows the labels of a kind by a key, and of a pair of classes by its number', async () => {
    const page = await inspection.open('/compare?a=1&b=2');
    await page.locator('.thumbnails').waitFor();
    for (const [at, kind] of CHANGE_KINDS.entries()) {
      await page.keyboard.press(String(at + 1));
      await page.waitForURL(new RegExp(`kind=${kind}`));
      await page.getByRole('heading', { name: kind, exact: true }).waitFor();
      await counted(page, Number(await tab(page, kind)));
    }
    await page.locator('.confusion').getByRole('link', { name: 'from dog to cat' }).click();
    await page.waitForURL(/kind=reclassified&before=2&now=1/);
    await page.getByText('only dog before, cat now').waitFor();
    await counted(page, 1);
    assert.deepEqual(await examples(page).locator('[class^=paint]').allTextContents(), ['dog 0.70', 'cat 0.80']);
    await page.locator('.confusion').getByRole('link', { name: 'from dog to no label' }).click();
    await page.waitForURL(/kind=died&before=2/);
    await counted(page, 1);
    await page.goBack();
    await page.getByText('only dog before, cat now').waitFor();
    await page.getByRole('link', { name: 'all classes' }).click();
    await page.waitForURL((url) => !url.searchParams.has('before'));
    await page.close();
  });

  it('on a telephone too, has the kinds above their examples, each in one line', async () => {
    const page = await inspection.open('/compare?a=1&b=2', { size: NARROW, touch: true });
    await page.locator('.thumbnails').waitFor();
    const [kinds, shown] = [await page.locator('.kinds').boundingBox(), await page.locator('section[aria-label=examples]').boundingBox()];
    assert.ok(kinds !== null && shown !== null && kinds.y + kinds.height <= shown.y, `${kinds?.y} and ${shown?.y}`);
    for (const kind of CHANGE_KINDS) {
      const word = await page.locator(`.kinds .${kind} span`).boundingBox();
      assert.ok((word?.height ?? 99) < 30, `${kind} is ${word?.height} px high`);
    }
    await page.close();
  });

  it('opens the picture of an example, and the gallery of all of them', async () => {
    const page = await inspection.open('/compare?a=1&b=2&kind=reclassified&before=2&now=1');
    await examples(page).getByRole('link').first().click();
    await page.waitForURL(/\/image\/2\?label=\d+/);
    await page.locator('#label-title', { hasText: 'cat' }).waitFor();
    await page.getByText('dogs.png').first().waitFor();
    await page.goBack();
    await page.getByText('only dog before, cat now').waitFor();
    await page.getByRole('link', { name: 'all of them in the gallery' }).click();
    await page.waitForURL(/\/labels\?/);
    await eventually(async () => assert.equal(await page.locator('.list-head strong').textContent(), '1 label'));
    await page.locator('.tile canvas.shown').waitFor();
    await page.close();
  });
});
