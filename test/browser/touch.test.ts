/** The inspector by fingers and by a pen. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import type { RunDatabase } from '../../db/index.ts';
import { assertAccessible, assertFits, eventually, type Inspection, inspect, NARROW, skip } from './browser.ts';
import { makeRun, type Said } from './made-run.ts';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of an element, in the window. */
interface Reach {
  readonly top: number;
  readonly bottom: number;
}

interface PointerFacts {
  readonly pointerId: number;
  readonly pointerType: 'pen' | 'touch';
  readonly isPrimary: boolean;
  readonly button: number;
}

const PEN: PointerFacts = { pointerId: 90, pointerType: 'pen', isPrimary: true, button: 0 };
const HAND: PointerFacts = { ...PEN, pointerId: 91, pointerType: 'touch' };

const BOX = { x1: 8, y1: 8, x2: 40, y2: 32 };
const SAID: Said = [0.9, 1, BOX];
const ADDRESSES = ['/', '/labels', '/image/1?label=p41', '/policy', '/compare?a=1&b=2'];

describe('fingers', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-touch-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    const pictures = Array.from({ length: 40 }, (_, at) => ({ fileName: `${at}.png`, rounds: [[SAID], [SAID]] }));
    db = await makeRun(folder, { name: 'touched', classNames: ['cat', 'dog'], pictures });
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.close();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const opened = (address: string) => inspection.open(address, { size: NARROW, scheme: 'dark', touch: true });
  const picture = async (image: number): Promise<Page> => {
    const page = await opened(`/image/${image}`);
    await fitted(page);
    return page;
  };

  it('have room on every control of every view', async () => {
    for (const address of ADDRESSES) {
      const page = await opened(address);
      await page.locator('main :is(h2, h3, canvas, table)').first().waitFor();
      await eventually(async () => assert.deepEqual(await page.evaluate(SMALL_CONTROLS), [], address));
      await assertFits(page);
      await assertAccessible(page);
      await page.close();
    }
  });

  it('choose an object by a tap, move the picture by one finger and zoom it by two', async () => {
    const page = await picture(1);
    const finger = await fingersOn(page);
    const inside = await onPicture(page, { x: 20, y: 20 });
    await finger.tap(inside);
    await page.waitForURL(/label=p41/);
    const before = await placeOf(page);
    await finger.drag([inside], [{ x: inside.x + 30, y: inside.y + 20 }]);
    const moved = await placeOf(page);
    assert.deepEqual([Math.round(moved.x - before.x), Math.round(moved.y - before.y), moved.zoom], [30, 20, before.zoom]);
    const [left, right] = [await onPicture(page, { x: 20, y: 20 }), await onPicture(page, { x: 36, y: 20 })];
    const apart = right.x - left.x;
    await finger.drag(
      [left, right],
      [
        { ...left, x: left.x - apart / 2 },
        { ...right, x: right.x + apart / 2 },
      ],
    );
    const zoomed = await placeOf(page);
    assert.ok(Math.abs(zoomed.zoom / moved.zoom - 2) < 0.02, `zoomed by ${zoomed.zoom / moved.zoom}`);
    const still = await onPicture(page, { x: 28, y: 20 });
    assert.ok(Math.abs(still.x - (left.x + right.x) / 2) < 1.5, 'what was between the fingers stays there');
    await finger.drag(
      [left, right],
      [left, right].map(({ x, y }) => ({ x: x + 10, y: y - 15 })),
    );
    const panned = await placeOf(page);
    assert.deepEqual([Math.round(panned.x - zoomed.x), Math.round(panned.y - zoomed.y), panned.zoom], [10, -15, zoomed.zoom]);
    await page.close();
  });

  it('draw an object: a stroke, one that a second finger takes back, the eraser, a polygon', async () => {
    const page = await picture(2);
    const finger = await fingersOn(page);
    await page.getByRole('button', { name: /^draw new/ }).tap();
    await page.getByRole('option', { name: 'dog' }).tap();
    await page.locator('.mask-toolbar').waitFor();
    const area = () => page.locator('.mask-toolbar .area').evaluate((element) => Number.parseInt(element.textContent ?? '', 10));
    const at = (x: number, y: number) => onPicture(page, { x, y });
    await finger.drag([await at(16, 36)], [await at(40, 36)]);
    await eventually(async () => assert.ok((await area()) > 400));
    const stroked = await area();
    const zoom = (await placeOf(page)).zoom;
    await finger.pinchWhileDrawing(await at(20, 40), await at(30, 40));
    await eventually(async () => assert.equal(await area(), stroked, 'what the first finger began is taken back'));
    assert.notEqual((await placeOf(page)).zoom, zoom, 'and both zoom');
    await page.getByRole('button', { name: 'fit' }).tap();
    await page.getByRole('button', { name: /^eraser/ }).tap();
    await finger.tap(await at(28, 36));
    await eventually(async () => assert.ok((await area()) < stroked));
    const erased = await area();
    await page.getByRole('button', { name: /^polygon/ }).tap();
    for (const [x, y] of [
      [4, 40],
      [12, 40],
      [4, 46],
    ] as const)
      await finger.tap(await at(x, y));
    await finger.pinchWhileDrawing(await at(20, 42), await at(30, 42));
    assert.equal(await page.getByRole('button', { name: /^corner/ }).count(), 3, 'a pinch puts no corner');
    await page.getByRole('button', { name: /^fill/ }).tap();
    await eventually(async () => assert.ok((await area()) > erased));
    const drawn = await area();
    await page.getByRole('button', { name: /^keep/ }).tap();
    await eventually(async () => assert.equal(db.verdicts.count().drawn, 1));
    const [verdict] = db.verdicts.ofImage(db.images.byId(2 as never) ?? assert.fail());
    assert.ok(verdict?.verdict === 'drawn');
    assert.equal(
      verdict.correction.mask.counts.filter((_, run) => run % 2 === 1).reduce((sum, run) => sum + run, 0),
      drawn,
    );
    await page.close();
  });

  it('scroll the gallery without choosing, select by a tap, decide, and open a picture', async () => {
    const page = await opened('/labels?round=2&order=image');
    await page.locator('.tile canvas.shown').first().waitFor();
    const finger = await fingersOn(page);
    const grid = await page.locator('.gallery').boundingBox();
    const from = { x: (grid?.x ?? 0) + 60, y: (grid?.y ?? 0) + 200 };
    await finger.drag([from], [{ x: from.x, y: from.y - 150 }]);
    await eventually(async () => assert.ok((await page.locator('.gallery').evaluate((element) => element.scrollTop)) > 60));
    assert.equal(await page.locator('.tile.ringed').count(), 0);
    await page
      .getByRole('button', { name: /^select p/ })
      .nth(4)
      .tap();
    await page.getByText('1 label selected').waitFor();
    await page.getByRole('button', { name: /^reject/ }).tap();
    await eventually(async () => assert.equal(db.verdicts.count().rejected, 1));
    await page.locator('.tile a').nth(4).tap();
    await page.waitForURL(/\/image\/\d+\?label=/);
    await page.close();
  });

  it('see the picture and all tools when they begin to edit a mask at the foot of the page', async () => {
    const page = await opened('/image/1?label=p41');
    await fitted(page);
    await page.getByRole('button', { name: /^edit mask/ }).tap();
    await eventually(async () => {
      const [head, editor, tools, window] = await page.evaluate<readonly [Reach, Reach, Reach, number]>(`[
        ...['.shell > header', '.mask-editor', '.mask-toolbar'].map((name) => document.querySelector(name).getBoundingClientRect().toJSON()),
        innerHeight,
      ]`);
      assert.ok(head.bottom <= editor.top, `the head ends at ${head.bottom}, and the editor begins at ${editor.top}`);
      assert.ok(editor.top <= tools.top && tools.bottom <= editor.bottom && editor.bottom <= window, 'all of it is seen');
    });
    await page.close();
  });

  it('a pen draws, its other end erases, and a hand beside it does nothing', async () => {
    const page = await drawingByPen();
    const { left, right, far } = page.places;
    await page.tell('pointerdown', left, PEN);
    await page.tell('pointerdown', far, HAND);
    await page.tell('pointermove', { x: far.x - 20, y: far.y }, HAND);
    await page.tell('pointerdown', far, { ...HAND, pointerId: 92, isPrimary: false });
    await page.tell('pointermove', right, PEN);
    await page.tell('pointerup', far, HAND);
    await page.tell('pointerup', right, PEN);
    await eventually(async () => assertStroke(await page.area()));
    const drawn = await page.area();
    await page.tell('pointerdown', left, { ...PEN, button: 5 });
    await page.tell('pointerup', left, { ...PEN, button: 5 });
    await eventually(async () => assert.ok((await page.area()) < drawn));
    await page.close();
  });

  it('a pen takes over from the hand that came down before it', async () => {
    const page = await drawingByPen();
    const { left, right, far } = page.places;
    const before = await page.place();
    await page.tell('pointerdown', far, HAND);
    await eventually(async () => assert.ok((await page.area()) > 0, 'a touch draws'));
    await page.tell('pointerdown', left, PEN);
    await page.tell('pointermove', { x: far.x - 20, y: far.y }, HAND);
    await page.tell('pointermove', right, PEN);
    await page.tell('pointerup', right, PEN);
    await page.tell('pointermove', far, HAND);
    await page.tell('pointerup', far, HAND);
    await eventually(async () => assertStroke(await page.area()));
    assert.deepEqual(await page.place(), before, 'and the hand moves nothing');
    await page.close();
  });

  it('what the system cancels is taken back', async () => {
    const page = await drawingByPen();
    const { left, right } = page.places;
    await page.tell('pointerdown', left, HAND);
    await page.tell('pointermove', right, HAND);
    await eventually(async () => assertStroke(await page.area()));
    await page.tell('pointercancel', right, HAND);
    await eventually(async () => assert.equal(await page.area(), 0));
    assert.ok(await page.isDisabled(/^undo/), 'as if it had never been');
    await page.close();
  });

  it('a corner that is taken back while it is held stays away, and no other one moves', async () => {
    const page = await inspection.open('/image/3');
    await fitted(page);
    await page.keyboard.press('n');
    await page.getByRole('option', { name: 'cat' }).click();
    await page.keyboard.press('p');
    const corners = page.getByRole('button', { name: /^corner/ });
    const [first, second, third] = [
      await onPicture(page, { x: 10, y: 10 }),
      await onPicture(page, { x: 30, y: 10 }),
      await onPicture(page, { x: 40, y: 30 }),
    ];
    await page.mouse.click(first.x, first.y);
    const drawn = await corners.first().innerHTML();
    for (let times = 0; times < 2; times++) {
      await page.mouse.move(second.x, second.y);
      await page.mouse.down();
      await page.mouse.move(third.x, third.y);
      await page.keyboard.press('u');
      if (times === 1) await page.keyboard.press('u');
      await page.mouse.move(second.x, second.y);
      await page.mouse.up();
      await eventually(async () => assert.equal(await corners.count(), 1 - times));
      if (times === 0) assert.equal(await corners.first().innerHTML(), drawn);
    }
    await page.keyboard.press('Escape');
    await page.close();
  });

  /** Picture 3 with an empty mask over it, on which pointers are told of. */
  async function drawingByPen() {
    const page = await inspection.open('/image/3');
    await fitted(page);
    await page.keyboard.press('n');
    await page.getByRole('option', { name: 'cat' }).click();
    // Pointers that were made up cannot be captured.
    await page.evaluate('HTMLElement.prototype.setPointerCapture = () => {}');
    const at = (x: number, y: number) => onPicture(page, { x, y });
    return {
      places: { left: await at(16, 20), right: await at(44, 20), far: await at(44, 44) },
      tell: (type: string, { x, y }: Place, of: PointerFacts) =>
        page.locator('.mask-editor canvas').dispatchEvent(type, { clientX: x, clientY: y, bubbles: true, cancelable: true, ...of }),
      area: () => page.locator('.mask-toolbar .area').evaluate((element) => Number.parseInt(element.textContent ?? '', 10)),
      place: () => placeOf(page),
      isDisabled: (name: RegExp) => page.locator('.mask-toolbar').getByRole('button', { name }).isDisabled(),
      close: () => page.close(),
    };
  }
});

/** Of one stroke from left to right, and not of what a hand draws as well. */
const assertStroke = (areaPx2: number): void => assert.ok(areaPx2 > 600 && areaPx2 < 1100, `${areaPx2} px are drawn`);

/** Controls below the size that a finger needs. A stretch of time is as wide as it is long, and said by keys as well. */
const SMALL_CONTROLS = `[...document.querySelectorAll('button:not(.stretch), select, input:not([type=checkbox], [type=radio]), summary, nav a')]
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && (width < 43.5 || height < 43.5);
  })
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Where the picture lies on its stage. */
async function placeOf(page: Page): Promise<Place & { readonly zoom: number }> {
  const style = (await page.locator('.canvas-board').getAttribute('style')) ?? '';
  const [x = 0, y = 0, zoom = 0] = [...style.matchAll(/-?[\d.]+/g)].map(([number]) => Number(number));
  return { x, y, zoom };
}

/** Waits until the small picture is made as large as its stage, and its objects are there. */
async function fitted(page: Page): Promise<void> {
  await page.locator('.objects li').first().waitFor();
  await eventually(async () => assert.ok((await placeOf(page)).zoom > 2));
}

/** The place in the window at which a place of the picture is seen. */
async function onPicture(page: Page, { x, y }: Place): Promise<Place> {
  const { x: left, y: top, zoom } = await placeOf(page);
  const stage = (await page.locator('.canvas-stage').boundingBox()) ?? assert.fail();
  return { x: stage.x + left + x * zoom, y: stage.y + top + y * zoom };
}

/** Fingers on a page, as Chromium tells of them. */
async function fingersOn(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', places: readonly Place[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(({ x, y }, id) => ({ x, y, id })) });
  const STEPS = 8;
  const move = async (from: readonly Place[], to: readonly Place[]) => {
    for (let step = 1; step <= STEPS; step++)
      await touch(
        'touchMove',
        from.map(({ x, y }, at) => ({ x: x + ((to[at]?.x ?? x) - x) * (step / STEPS), y: y + ((to[at]?.y ?? y) - y) * (step / STEPS) })),
      );
  };
  return {
    async tap(place: Place) {
      await touch('touchStart', [place]);
      await touch('touchEnd', []);
    },
    async drag(from: readonly Place[], to: readonly Place[]) {
      await touch('touchStart', from);
      await move(from, to);
      await touch('touchEnd', []);
    },
    /** One finger begins to draw, a second one comes down, and both go apart. */
    async pinchWhileDrawing(first: Place, second: Place) {
      await touch('touchStart', [first]);
      await move([first], [{ x: first.x - 8, y: first.y }]);
      const begun = [{ x: first.x - 8, y: first.y }, second];
      await touch('touchStart', begun);
      await move(begun, [
        { x: first.x - 40, y: first.y },
        { x: second.x + 40, y: second.y },
      ]);
      await touch('touchEnd', []);
    },
  };
}
