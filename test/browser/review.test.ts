/** Labels are reviewed by keys: what a person decides is in the database, with who and when, and the next label is shown. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { predictionId, rle } from '../../core/index.ts';
import { type ActionRow, labelIds, type StoredVerdict, showLabel } from '../../db/index.ts';
import { userName } from '../../pipeline/index.ts';
import { serveRun } from '../../web/index.ts';
import { assertEnded, lookInto, makeScenes, runProgram, SMALL, writeConfig } from '../small-run.ts';
import { eventually, type Inspection, inspect, skip } from './browser.ts';

/** All labels of the round, picture by picture. */
const QUERY = 'order=image';

describe('review by keys', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-review-'));
  const run = join(folder, 'runs/small');
  let inspection: Inspection;
  /** As the gallery lists them. */
  let names: readonly string[] = [];

  before(async () => {
    await makeScenes(folder);
    const config = writeConfig(folder, { ...SMALL, train: { ...SMALL.train, steps: 4 } });
    assertEnded(await runProgram(['run', '-c', config, '--until', 'stage=select']), 0);
    names = lookInto(run, (db) => Array.from(labelIds(db, { round: 1 }), (id) => `p${id}`));
    inspection = await inspect(run);
  });
  after(async () => {
    await inspection?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const actions = (): readonly ActionRow[] => lookInto(run, (db) => db.verdicts.actions(100));
  const done = (): readonly ActionRow[] => actions().filter(({ state }) => state.is === 'done');
  /** What stands of predictions and drawings, by their names. */
  const standing = (): ReadonlyMap<string, StoredVerdict> =>
    new Map(
      lookInto(run, (db) =>
        db.verdicts.images().flatMap((image) => db.verdicts.ofImage(image).map((verdict) => [nameOf(verdict), verdict] as const)),
      ),
    );
  const verdictOn = (at: number): string | undefined => standing().get(nameAt(at))?.verdict;
  const nameAt = (at: number): string => names[at] ?? assert.fail(`the run has ${names.length} labels`);
  const imageOf = (at: number): number => lookInto(run, (db) => Number(showLabel(db, predictionId(Number(nameAt(at).slice(1)))).image.id));
  const picture = (at: number): string => `/image/${imageOf(at)}?label=${nameAt(at)}&${QUERY}`;

  async function gallery(own = inspection): Promise<Page> {
    const page = await own.open(`/labels?${QUERY}`);
    await page.locator('.tile canvas.shown').first().waitFor();
    return page;
  }

  it('accepts, rejects and relabels in the gallery, one by one and many at once, and takes all of it back', async () => {
    const page = await gallery();
    const beganMs = Date.now();
    const chosen = page.locator('.decision-bar .count');
    const isAt = (text: string) => chosen.getByText(text, { exact: true }).waitFor();
    await page.keyboard.press('ArrowRight');
    await isAt(nameAt(0));
    await page.keyboard.press('a');
    await isAt(nameAt(1));
    await page.keyboard.press('r');
    await isAt(nameAt(2));
    await page.keyboard.press('c');
    const picker = page.getByRole('dialog', { name: `class of ${nameAt(2)}` });
    await picker.getByRole('option').nth(1).waitFor();
    await page.keyboard.press('ArrowDown');
    const chosenClass = await picker.getByRole('option', { selected: true }).locator('.name').textContent();
    await page.keyboard.press('Enter');
    await isAt(nameAt(3));
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await isAt('3 labels selected');
    await page.getByLabel('decided by').fill('ada');
    await page.keyboard.press('Escape');
    await page.locator('.gallery').focus();
    await page.keyboard.press('r');
    await eventually(async () => assert.deepEqual([3, 4, 5].map(verdictOn), ['rejected', 'rejected', 'rejected']));
    assert.deepEqual([0, 1, 2].map(verdictOn), ['accepted', 'rejected', 'corrected']);
    const corrected = standing().get(nameAt(2));
    assert.ok(corrected?.verdict === 'corrected');
    const categories = lookInto(run, (db) => db.categories.all());
    assert.equal(categories.find(({ id }) => id === corrected.correction.category)?.name, chosenClass);
    const [many, ...single] = done();
    assert.deepEqual([many?.who, many?.verdicts.rejected, ...single.map(({ who }) => who)], ['ada', 3, userName(), userName(), userName()]);
    for (const { atMs } of done()) assert.ok(atMs >= beganMs && atMs <= Date.now());
    for (let left = 3; left >= 0; left--) {
      await page.keyboard.press('u');
      await eventually(async () => assert.equal(done().length, left));
    }
    assert.equal(standing().size, 0);
    await isAt(nameAt(0));
    assert.deepEqual(new Set(actions().map(({ state }) => (state.is === 'undone' ? state.by : ''))), new Set(['ada']));
    await page.close();
  });

  it('does the same on the picture, where the next label of the query comes by itself', async () => {
    const page = await inspection.open(picture(0));
    const isAt = (at: number) => page.locator('#label-title').getByText(nameAt(at), { exact: true }).waitFor();
    await isAt(0);
    await page.keyboard.press('a');
    await isAt(1);
    await page.keyboard.press('r');
    await isAt(2);
    await page.keyboard.press('c');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('2');
    await isAt(3);
    await eventually(async () => assert.deepEqual([0, 1, 2, 3].map(verdictOn), ['accepted', 'rejected', 'corrected', undefined]));
    await page.keyboard.press('u');
    await isAt(2);
    await eventually(async () => assert.equal(verdictOn(2), undefined));
    await page.keyboard.press('k');
    await isAt(1);
    await page.locator('.verdicts', { hasText: 'rejected by' }).waitFor();
    await page.keyboard.press('Shift+R');
    await page.getByRole('button', { name: 'reject all of it' }).click();
    await eventually(async () => assert.ok(lookInto(run, (db) => db.verdicts.images()).some(({ id }) => Number(id) === imageOf(1))));
    await page.locator('.picture-head .warn', { hasText: 'The whole picture was rejected by' }).waitFor();
    await takeAllBack(page);
  });

  it('redraws a mask with brush, eraser and polygon, and draws what no model saw', async () => {
    const page = await inspection.open(picture(0));
    await page.locator('#label-title').getByText(nameAt(0), { exact: true }).waitFor();
    await page.keyboard.press('e');
    const area = areaShown(page);
    const first = await area();
    await page.keyboard.press('e');
    await stroke(page, [0.3, 0.3], [0.7, 0.3]);
    await stroke(page, [0.3, 0.7], [0.7, 0.7]);
    await stroke(page, [0.5, 0.2], [0.5, 0.8]);
    await page.keyboard.press('b');
    const erased = await area();
    assert.ok(erased < first, `${first} px, then ${erased}`);
    await stroke(page, [0.5, 0.5], [0.6, 0.5]);
    const brushed = await area();
    assert.ok(brushed > erased, `${erased} px, then ${brushed}`);
    await page.keyboard.press('p');
    for (const corner of [
      [0.35, 0.15],
      [0.65, 0.15],
      [0.5, 0.32],
    ] as const)
      await click(page, corner);
    await page.keyboard.press('f');
    await eventually(async () => assert.ok((await area()) > brushed));
    const filled = await area();
    await page.keyboard.press('u');
    await eventually(async () => assert.equal(await area(), brushed));
    await page.keyboard.press('y');
    await eventually(async () => assert.equal(await area(), filled));
    await page.keyboard.press('Enter');
    await page.locator('#label-title').getByText(nameAt(1), { exact: true }).waitFor();
    await eventually(async () => assert.equal(areaOf(standing().get(nameAt(0))), filled));
    await page.keyboard.press('n');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('1');
    await drawObject(page);
    const drawn = await area();
    await page.keyboard.press('Enter');
    await eventually(async () => assert.equal(areaOf([...standing().values()].find(({ of }) => of === 'drawn')), drawn));
    await page.locator('.objects li', { hasText: 'drawn' }).waitFor();
    await takeAllBack(page);
  });

  it('says what the server refuses, of a decision and of taking one back that somebody built on', async (t) => {
    const own = await inspect(run);
    t.after(own.abandon);
    const [first, second] = [await gallery(own), await gallery(own)];
    // A browser complains of answers that refuse; that is what is tested here.
    for (const page of [first, second]) {
      page.removeAllListeners('console');
      await page.keyboard.press('ArrowRight');
      await page.locator('.decision-bar .count').getByText(nameAt(0), { exact: true }).waitFor();
    }
    await first.keyboard.press('r');
    await eventually(async () => assert.equal(verdictOn(0), 'rejected'));
    await second.keyboard.press('a');
    await eventually(async () => assert.equal(verdictOn(0), 'accepted'));
    await first.keyboard.press('u');
    await first.locator('.note.refused', { hasText: `Not taken back: ${nameAt(0)} rejected` }).waitFor();
    assert.equal(verdictOn(0), 'accepted');
    await second.keyboard.press('u');
    await eventually(async () => assert.equal(verdictOn(0), 'rejected'));
    await first.keyboard.press('u');
    await eventually(async () => assert.equal(standing().size, 0));
    const labeled = lookInto(run, (db) => Number([...db.images.ofSubset('labeled')][0]?.id));
    await first.goto(new URL(`/image/${labeled}`, own.server.url).href);
    await first.locator('.picture-stage canvas').first().waitFor();
    await first.keyboard.press('n');
    await first.getByRole('option').first().waitFor();
    await first.keyboard.press('1');
    await drawObject(first);
    await first.keyboard.press('Enter');
    await first.locator('.note.refused', { hasText: /Not written: .* drawn.*Expected an unlabeled image/ }).waitFor();
    assert.equal(standing().size, 0);
    await own.close();
  });

  it('waits for a server that is away, loses nothing and writes nothing twice', async (t) => {
    const own = await inspect(run);
    t.after(own.abandon);
    const page = await gallery(own);
    page.removeAllListeners('console');
    const before = done().length;
    await page.keyboard.press('ArrowRight');
    await page.route(
      '**/api/verdicts',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await page.keyboard.press('a');
    await page.locator('.note.warn', { hasText: 'The server does not answer' }).waitFor();
    await page.locator('.note.warn').waitFor({ state: 'detached' });
    assert.deepEqual([verdictOn(0), done().length], ['accepted', before + 1]);
    const port = Number(new URL(own.server.url).port);
    await own.server.close();
    await page.keyboard.press('r');
    await page.keyboard.press('a');
    await page.locator('.note.warn', { hasText: '2 decisions wait' }).waitFor();
    const again = await serveRun({ folder: run, host: '127.0.0.1', port });
    try {
      await page.locator('.note.warn').waitFor({ state: 'detached' });
      await eventually(async () => assert.deepEqual([0, 1, 2].map(verdictOn), ['accepted', 'rejected', 'accepted']));
      assert.equal(done().length, before + 3);
      assert.equal(await page.locator('.note.refused').count(), 0);
      await takeAllBack(page);
    } finally {
      await again.close();
      await own.close();
    }
  });

  /** Presses the key of undoing until nothing stands. */
  async function takeAllBack(page: Page): Promise<void> {
    for (let left = done().length - 1; left >= 0; left--) {
      await page.keyboard.press('u');
      await eventually(async () => assert.equal(done().length, left));
    }
    assert.equal(standing().size, 0);
    await page.close();
  }
});

const nameOf = (verdict: StoredVerdict): string =>
  verdict.of === 'prediction' ? `p${verdict.prediction}` : verdict.of === 'drawn' ? `d${verdict.drawn}` : 'picture';

const areaOf = (verdict: StoredVerdict | undefined): number =>
  verdict !== undefined && 'correction' in verdict ? rle.area(verdict.correction.mask) : 0;

/** What the toolbar says, as a number. */
const areaShown = (page: Page) => async (): Promise<number> =>
  Number((await page.locator('.mask-toolbar .area').textContent())?.replaceAll(/\D/g, ''));

/** A place of the stage, in shares of its width and height. */
type Share = readonly [x: number, y: number];

async function placeOf(page: Page, [x, y]: Share): Promise<readonly [number, number]> {
  const box = (await page.locator('.mask-editor canvas').boundingBox()) ?? assert.fail('no mask is edited');
  return [box.x + x * box.width, box.y + y * box.height];
}

async function stroke(page: Page, from: Share, to: Share): Promise<void> {
  await page.mouse.move(...(await placeOf(page, from)));
  await page.mouse.down();
  await page.mouse.move(...(await placeOf(page, to)), { steps: 8 });
  await page.mouse.up();
}

/** Of the class that was chosen a moment ago. */
async function drawObject(page: Page): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('b');
  await page.locator('.mask-editor.tool-brush').waitFor();
  await stroke(page, [0.4, 0.5], [0.6, 0.5]);
  await eventually(async () => assert.ok((await areaShown(page)()) > 0));
}

async function click(page: Page, at: Share): Promise<void> {
  await page.mouse.click(...(await placeOf(page, at)));
}
