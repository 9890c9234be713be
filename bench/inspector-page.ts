import type { Page } from 'playwright-core';
import { isInstalled, launch } from '../test/browser/chromium.ts';

/** Shows a page of 1280 x 800 px to who measures it. @returns undefined where no Chromium is installed */
export async function withPage<Result>(measure: (page: Page) => Promise<Result>): Promise<Result | undefined> {
  if (!isInstalled) return undefined;
  const browser = await launch();
  try {
    return await measure(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
  } finally {
    await browser.close();
  }
}

/**
 * A person who decides about label after label: ms from each key press to the frame that shows the next label on its picture.
 * @param everyMs between a shown label and the next key
 */
export async function reviewTimes(page: Page, url: string, keys: number, everyMs: number): Promise<number[]> {
  const query = 'order=least-certain&verdict=none';
  const answer = await page.request.get(`${url}api/labels?${query}&from=0&count=1`);
  const { tiles } = (await answer.json()) as { readonly tiles: readonly { readonly image: number; readonly name: string }[] };
  await page.goto(`${url}image/${tiles[0].image}?label=${tiles[0].name}&${query}`);
  await page.locator('.label-fate').waitFor();
  await page.waitForTimeout(everyMs);
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    times.push(await page.evaluate<number>(`(${pressed})(${JSON.stringify(key % 3 === 0 ? 'r' : 'a')})`));
    await page.waitForTimeout(everyMs);
  }
  return times;
}

/** Runs in the page: a task after a frame runs once it was painted. */
const pressed = `async (key) => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const label = () => new URL(location.href).searchParams.get('label');
  const shows = (name) => document.querySelector('#label-title .quiet')?.textContent === name;
  const before = label();
  const start = performance.now();
  window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  do {
    if (performance.now() - start > 5000) throw new Error('no other label was shown within 5 s');
    await painted();
  } while (label() === before || !shows(label()));
  return performance.now() - start;
}`;

/** A gallery that scrolls by a quarter of a row a frame: ms between its frames. */
export async function scrollTimes(page: Page, url: string, frames: number): Promise<number[]> {
  await page.goto(`${url}labels?order=score-desc`);
  await page.locator('.tile canvas.shown').first().waitFor();
  return page.evaluate<number[]>(`(${scrolled})(${frames})`);
}

const scrolled = `(frames) => new Promise((resolve) => {
  const gallery = document.querySelector('.gallery');
  const times = [];
  let last = performance.now();
  const step = (now) => {
    times.push(now - last);
    last = now;
    gallery.scrollTop += 40;
    if (times.length > frames) resolve(times.slice(1));
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** The bar dragged to places of the gallery: ms until every label there is drawn with its picture. */
export async function jumpTimes(page: Page, places: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (const place of places) times.push(await page.evaluate<number>(`(${jumped})(${place})`));
  return times;
}

const jumped = `async (place) => {
  const gallery = document.querySelector('.gallery');
  const first = document.querySelector('.tile').id;
  const start = performance.now();
  gallery.scrollTop = place * (gallery.scrollHeight - gallery.clientHeight);
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const tiles = [...document.querySelectorAll('.tile')];
    if (tiles[0].id !== first && tiles.every((tile) => tile.querySelector('canvas.shown'))) return performance.now() - start;
    if (performance.now() - start > 20000) throw new Error('not all labels were drawn within 20 s');
  }
}`;
