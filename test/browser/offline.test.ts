/** Reviewing goes on where the server, the network or somebody else is in the way, and loses nothing that a person has done. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { RunDatabase } from '../../db/index.ts';
import { serveRun } from '../../web/index.ts';
import { eventually, type Inspection, inspect, skip } from './browser.ts';
import { type MadePicture, makeRun } from './made-run.ts';

const PICTURES = 40;
/** Of each picture: in the order of pictures p1 to p8 are of the first, p9 to p16 of the second, and so on. */
const OBJECTS = 8;
const LABELS = PICTURES * OBJECTS;

const scene = (): MadePicture[] =>
  Array.from({ length: PICTURES }, (_, picture) => ({
    fileName: `${picture}.png`,
    rounds: [
      Array.from({ length: OBJECTS }, (_object, at) => {
        const [x1, y1] = [(at % 4) * 14, Math.floor(at / 4) * 20];
        return [0.95 - at / 50, 1 + (at % 2), { x1, y1, x2: x1 + 10, y2: y1 + 14 }] as const;
      }),
    ],
  }));

describe('a review that something comes in the way of', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-offline-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    db = await makeRun(folder, { name: 'away', classNames: ['cat', 'dog'], pictures: scene() });
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.abandon();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const nameAt = (place: number): string => `p${place + 1}`;
  const pictureAt = (place: number): string => `/image/${1 + Math.floor(place / OBJECTS)}?label=${nameAt(place)}&order=image`;
  const title = (page: Page, place: number) => page.locator('#label-title').getByText(nameAt(place), { exact: true }).waitFor();
  /** Waits until it is here what a step to a label will show, and where the next one leads. */
  const fetchedAhead = (page: Page, place: number) =>
    eventually(async () => {
      const addresses = await page.evaluate<readonly string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
      for (const part of [`neighbours?order=image&id=${nameAt(place)}`, `labels/${nameAt(place)}/history`, `label=${nameAt(place)}`])
        assert.ok(addresses.some((address) => address.endsWith(part)));
    });
  const verdicts = (): string[] =>
    db.verdicts.images().flatMap((image) => db.verdicts.ofImage(image).map((one) => `${nameOf(one)} ${one.verdict}`));
  const actions = (): number => db.verdicts.actions(1000).length;
  const undoAll = () => {
    for (const { id, state } of db.verdicts.actions(1000)) if (state.is === 'done') db.verdicts.undo(id, { who: 'bob', atMs: Date.now() });
  };
  const focusOn = (page: Page, text: string) =>
    eventually(async () => assert.match(await page.evaluate<string>('document.activeElement.textContent'), new RegExp(text)));

  /** A page of its own, whose complaints are those of a network that is made to fail. */
  async function open(address: string, own = inspection): Promise<Page> {
    const page = await own.open(address);
    page.removeAllListeners('console');
    return page;
  }

  async function brush(page: Page): Promise<void> {
    await page.keyboard.press('b');
    const box = (await page.locator('.mask-editor canvas').first().boundingBox()) ?? assert.fail('no mask is edited');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 30, box.y + box.height / 2, { steps: 3 });
    await page.mouse.up();
  }

  it('keeps picture and notes while the server is away, and comes back with it', async (t) => {
    const own = await inspect(folder);
    t.after(own.abandon);
    // The last one of a picture: what is next has to be fetched.
    const page = await open(pictureAt(OBJECTS - 2), own);
    await title(page, OBJECTS - 2);
    await fetchedAhead(page, OBJECTS - 1);
    const port = Number(new URL(own.server.url).port);
    await own.server.close();
    await page.keyboard.press('a');
    await title(page, OBJECTS - 1);
    await page.keyboard.press('a');
    await page.waitForURL(new RegExp(`/image/2.label=${nameAt(OBJECTS)}`));
    await page.locator('.picture-problem').waitFor();
    await page.locator('.picture-stage canvas').first().waitFor();
    await page.locator('.note.warn', { hasText: '2 decisions wait' }).waitFor();
    const again = await serveRun({ folder, host: '127.0.0.1', port });
    try {
      await title(page, OBJECTS);
      await page.locator('.picture-problem').waitFor({ state: 'detached' });
      await page.locator('.note.warn').waitFor({ state: 'detached' });
      await eventually(async () => assert.deepEqual(verdicts(), [`${nameAt(OBJECTS - 2)} accepted`, `${nameAt(OBJECTS - 1)} accepted`]));
    } finally {
      await page.close();
      await again.close();
    }
    undoAll();
  });

  it('keeps a mask that is drawn while the server does not answer, and what was decided before is written', async () => {
    const page = await open(pictureAt(0));
    await title(page, 0);
    await page.clock.install();
    await page.keyboard.press('a');
    await title(page, 1);
    await page.keyboard.press('e');
    await page.locator('.mask-editor').waitFor();
    await brush(page);
    let asked = 0;
    await page.route('**/api/images/**', (route) => {
      asked++;
      return route.abort();
    });
    await eventually(async () => assert.deepEqual(verdicts(), [`${nameAt(0)} accepted`]));
    // Longer than the page waits before it asks anew.
    await page.clock.runFor(5000);
    assert.deepEqual([asked, await page.locator('.mask-editor').count()], [0, 1]);
    await page.unroute('**/api/images/**');
    await page.keyboard.press('Enter');
    await title(page, 2);
    await eventually(async () => assert.deepEqual(verdicts(), [`${nameAt(0)} accepted`, `${nameAt(1)} corrected`]));
    await page.close();
    undoAll();
  });

  it('does not leave a mask that is drawn without a word: by key, button, list, link or going back', async () => {
    const page = await open(`/labels?order=image`);
    await page.locator('.tile canvas.shown').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await title(page, 0);
    const url = page.url();
    await page.keyboard.press('e');
    await page.locator('.mask-editor').waitFor();
    await brush(page);
    const area = await page.locator('.mask-toolbar .area').textContent();
    const leave: readonly (() => Promise<unknown>)[] = [
      () => page.keyboard.press('j'),
      () => page.keyboard.press('g'),
      () => page.getByRole('button', { name: 'next j' }).click(),
      () => page.locator('.objects button').last().click(),
      () => page.getByRole('link', { name: 'Policy' }).click(),
      () => page.evaluate('history.back()'),
    ];
    for (const way of leave) {
      await way();
      await page.locator('.note', { hasText: 'Keep the mask, or drop it' }).waitFor();
      await eventually(async () => assert.equal(page.url(), url));
      assert.equal(await page.locator('.mask-toolbar .area').textContent(), area);
    }
    const asks = page.waitForEvent('dialog');
    await page.evaluate('void setTimeout(() => location.reload())');
    const dialog = await asks;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    assert.equal(await page.locator('.mask-toolbar .area').textContent(), area);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await title(page, 1);
    await page.close();
  });

  it('decides with each press about the label that is shown, however slow the next one is', async () => {
    const page = await open(pictureAt(OBJECTS - 2));
    await title(page, OBJECTS - 2);
    await page.route('**/api/labels/neighbours**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(String(request.postDataJSON().ids));
    });
    // Both within one task of the page: nothing was drawn between them.
    const twice = "for (let at = 0; at < 2; at++) document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }))";
    await page.evaluate(twice);
    await title(page, OBJECTS - 1);
    await page.evaluate(twice);
    await title(page, OBJECTS);
    await eventually(async () => assert.deepEqual(sent, [nameAt(OBJECTS - 2), nameAt(OBJECTS - 1)]));
    assert.deepEqual(actions() > 0 && verdicts(), [`${nameAt(OBJECTS - 2)} accepted`, `${nameAt(OBJECTS - 1)} accepted`]);
    await page.close();
    undoAll();
  });

  it('writes once what is said again and again at the end of a list', async () => {
    const before = actions();
    const page = await open(`/labels?order=image&image=1`);
    await page.locator('.tile canvas.shown').first().waitFor();
    await page.keyboard.press('End');
    await page
      .locator('.decision-bar .count')
      .getByText(nameAt(OBJECTS - 1), { exact: true })
      .waitFor();
    for (let press = 0; press < 3; press++) await page.keyboard.press('r');
    await page.locator('.note', { hasText: `${nameAt(OBJECTS - 1)} is rejected already` }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.verdicts', { hasText: 'rejected by' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('r');
    await page.keyboard.press('a');
    await eventually(async () => assert.deepEqual(verdicts(), [`${nameAt(OBJECTS - 1)} accepted`]));
    assert.equal(actions(), before + 2);
    await page.close();
    undoAll();
  });

  it('shows no verdict on a picture that was taken back in the gallery', async () => {
    const page = await open(`/labels?order=image`);
    await page.locator('.tile canvas.shown').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('.decision-bar .count').getByText(nameAt(0), { exact: true }).waitFor();
    await page.keyboard.press('a');
    await eventually(async () => assert.deepEqual(verdicts(), [`${nameAt(0)} accepted`]));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.locator('.verdicts', { hasText: 'accepted by' }).waitFor();
    await page.keyboard.press('g');
    await page.locator('.tile.ringed').waitFor();
    await page.keyboard.press('u');
    await eventually(async () => assert.deepEqual(verdicts(), []));
    await page.keyboard.press('Enter');
    await title(page, 0);
    // What was shown last stands there until the picture is asked for anew.
    await eventually(async () => {
      assert.equal(await page.locator('.objects [aria-current=true]', { hasText: 'accepted' }).count(), 0);
      assert.equal(await page.locator('.verdicts li').count(), await page.locator('.verdicts li', { hasText: 'undone by' }).count());
    });
    await page.close();
  });

  it('goes on undoing where somebody else has taken back the last action', async () => {
    const page = await open(`/labels?order=image`);
    await page.locator('.tile canvas.shown').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('.decision-bar .count').getByText(nameAt(0), { exact: true }).waitFor();
    await page.keyboard.press('a');
    await page.locator('.decision-bar .count').getByText(nameAt(1), { exact: true }).waitFor();
    await page.keyboard.press('r');
    await eventually(async () => assert.equal(verdicts().length, 2));
    const [last] = db.verdicts.actions(1);
    db.verdicts.undo(last?.id ?? assert.fail(), { who: 'bob', atMs: Date.now() });
    await page.keyboard.press('u');
    await page.locator('.note', { hasText: `taken back: ${nameAt(1)} rejected` }).waitFor();
    await page.keyboard.press('u');
    await eventually(async () => assert.deepEqual(verdicts(), []));
    await page.close();
  });

  it('selects all of a range, also what was never scrolled to, or says why not', async () => {
    const page = await open(`/labels?order=image`);
    const chosen = page.locator('.decision-bar .count');
    const select = async () => {
      await page.keyboard.press('Home');
      await page.locator('#label-0.ringed canvas.shown').waitFor();
      await page.evaluate("document.querySelector('.gallery').scrollTop = 1e9");
      await page.locator(`#label-${LABELS - 1} a`).click({ modifiers: ['Shift'] });
    };
    await page.locator('.tile canvas.shown').first().waitFor();
    await page.route('**/api/labels/names**', (route) => route.abort());
    await select();
    await page.locator('.note', { hasText: `The ${LABELS} labels were not selected` }).waitFor();
    assert.equal(await page.locator('.tile.selected').count(), 0);
    await page.unroute('**/api/labels/names**');
    await select();
    await chosen.getByText(`${LABELS} labels selected`, { exact: true }).waitFor();
    await page.keyboard.press('r');
    await eventually(async () => assert.equal(verdicts().length, LABELS));
    await page.close();
    undoAll();
  });

  it('gives the focus back where a dialog ends, and opens the ringed label by Enter', async () => {
    const page = await open(pictureAt(0));
    await title(page, 0);
    const buttons = page.locator('.decision-panel');
    await buttons.getByRole('button', { name: 'class c' }).click();
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('2');
    await focusOn(page, '^class');
    await title(page, 1);
    await buttons.getByRole('button', { name: 'history h' }).click();
    await page.getByRole('button', { name: 'close', exact: true }).click();
    await focusOn(page, '^history');
    await buttons.getByRole('button', { name: 'reject picture' }).click();
    await page.getByRole('button', { name: 'cancel' }).click();
    await focusOn(page, '^reject picture');
    await page.keyboard.press('g');
    await page.locator('.tile.ringed').waitFor();
    await page.getByRole('button', { name: 'all of this query' }).click();
    await page.getByRole('button', { name: 'change their class' }).click();
    await page.getByRole('dialog', { name: `class of ${LABELS} labels` }).waitFor();
    await page.keyboard.press('Escape');
    await focusOn(page, '^all of this query');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('Enter');
    await title(page, 1);
    await page.close();
    undoAll();
  });

  it('keeps the mask by Enter after a button has begun it', async () => {
    const page = await open(pictureAt(0));
    await title(page, 0);
    await page.getByRole('button', { name: 'draw new n' }).click();
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('1');
    await page.locator('.mask-editor').waitFor();
    await brush(page);
    await page.keyboard.press('Enter');
    await eventually(async () => assert.match(verdicts().join(), /^d\d+ drawn$/));
    await page.close();
    undoAll();
  });

  it('says what is wrong with the address of no picture', async () => {
    const page = await open('/image/abc');
    await page.getByText('Expected the number of a picture in the address, got “abc”').waitFor();
    assert.equal(await page.getByText('loading…').count(), 0);
    await page.close();
  });
});

const nameOf = (verdict: ReturnType<RunDatabase['verdicts']['ofImage']>[number]): string =>
  verdict.of === 'prediction' ? `p${verdict.prediction}` : verdict.of === 'drawn' ? `d${verdict.drawn}` : 'picture';
