/** Names and words of others are text in every view, however they are made: never markup, and never wider than the page. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { categoryId, imageId } from '../../core/index.ts';
import { labelIds, type RunDatabase } from '../../db/index.ts';
import { addImage, attempt, boxMask } from '../../db/test-database.ts';
import { assertFits, eventually, type Inspection, inspect, NARROW, skip, WIDE } from './browser.ts';
import { makeRun, type Said } from './made-run.ts';

const IMAGE = `<img src=x onerror="window.hacked = 'image'">`;
const SCRIPT = `</script><script>window.hacked = 'script'</script>`;
const QUOTES = `"' onmouseover="window.hacked = 'quotes'" autofocus onfocus='window.hacked=1' x="\`\${1}`;
const BIDI = 'a\u202egpj.exe\u2066 \u202d\u200f&lt;b&gt;&#x3c;';
const LONG = `${'long'.repeat(1000)}</title>`;
const ALL = [IMAGE, SCRIPT, QUOTES, BIDI, LONG];

const LEFT = { x1: 2, y1: 2, x2: 22, y2: 20 };
const RIGHT = { x1: 36, y1: 24, x2: 62, y2: 46 };

describe('hostile names', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-hostile-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    db = await makeRun(folder, { name: ALL.join(''), classNames: ALL, pictures: ALL.map(pictureCalled) });
    addWords(db);
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.close();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a view, and holds it, wide and narrow, against what it must show as text. */
  async function look(address: string, texts: readonly string[], act: (page: Page) => Promise<void> = async () => {}): Promise<void> {
    const page = await inspection.open(address);
    for (const text of texts) await shows(page, text);
    await act(page);
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      await assertFits(page);
    }
    await assertHarmless(page);
    await page.close();
  }

  it('are text in the view of the run: its name, what happened, what was left out and why', async () => {
    await look('/', ALL, async (page) => {
      assert.match(await page.title(), /<img src=x/);
      for (const text of ALL) await page.locator('.event', { hasText: text }).first().waitFor();
      await page.locator('[aria-label=quarantine] details:not([open]) > summary').click();
      for (const text of ALL) await page.locator('[aria-label=quarantine] td', { hasText: text }).first().waitFor();
      await page.locator('[aria-label=quarantine] li', { hasText: SCRIPT }).first().waitFor();
    });
  });

  it('are text in the gallery: its tiles, its filters, its chips, and in what is decided there', async () => {
    for (const category of [IMAGE, LONG])
      await look(`/labels?order=image&category=${encodeURIComponent(category)}`, [category], async (page) => {
        await page.locator('.tile canvas.shown').first().waitFor();
        await page.locator('.tile a').first().hover();
        await page.locator('.chip', { hasText: category }).waitFor();
        await page.locator('.gallery').focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('c');
        for (const text of ALL) await page.getByRole('option').filter({ hasText: text }).waitFor();
        await assertWithin(page, 'dialog');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'all of this query' }).click();
        await page.locator('dialog', { hasText: category }).waitFor();
        await assertWithin(page, 'dialog');
        await page.keyboard.press('Escape');
      });
  });

  it('are text on the picture: its file, its objects, what people said and why', async () => {
    const labels = Array.from(labelIds(db, { round: 2 }));
    for (const [at, fileName] of ALL.entries())
      await look(`/image/${at + 1}?label=p${labels[2 * at]}`, [fileName], async (page) => {
        await page.locator('#label-title').getByText(fileName).waitFor();
        await page.locator('.verdicts li', { hasText: `by ${fileName}` }).waitFor();
        if (at === 0) await page.locator('.picture-head .warn', { hasText: SCRIPT }).waitFor();
      });
  });

  it('are text beside the sliders, in the examples and in what other settings mean', async () => {
    await look('/policy?class=1&t1=0.9&t5=0.9', ALL, async (page) => {
      await page.locator('.line-gallery .thumbnails a').first().waitFor();
      await page.keyboard.press('u');
      await page.locator('.plan-dialog', { hasText: 'window.hacked' }).waitFor();
      await assertWithin(page, '.plan-dialog');
      await page.keyboard.press('Escape');
    });
  });

  it('are text between two rounds', async () => {
    await look('/compare?a=1&b=2&kind=reclassified', ALL, async (page) => {
      await page.locator('.thumbnails a').first().waitFor();
      await page.locator('.confusion a').last().click();
      await page.getByText(/^only /).waitFor();
    });
  });

  it('are text where the address has them', async () => {
    const page = await inspection.open('/');
    // A browser complains of answers that refuse; that is not looked at here.
    page.removeAllListeners('console');
    const text = encodeURIComponent(SCRIPT + QUOTES + IMAGE);
    for (const path of [
      '/labels?category=',
      '/labels?order=',
      '/compare?a=',
      '/policy?round=',
      '/image/1?label=',
      '/augmentation?round=',
    ]) {
      await page.goto(new URL(path + text, page.url()).href);
      await page.locator('main > *').first().waitFor();
      await assertHarmless(page);
    }
    await page.close();
  });
});

/** In every picture two objects, of two classes that change from the first round to the second. */
function pictureCalled(fileName: string, at: number) {
  const category = (by: number) => 1 + ((at + by) % ALL.length);
  const first: readonly Said[] = [
    [0.9, category(0), LEFT],
    [0.8, category(1), RIGHT],
  ];
  const second: readonly Said[] = [
    [0.9, category(0), LEFT],
    [0.8, category(2), RIGHT],
  ];
  return { fileName, rounds: [first, second] };
}

/** What people and machines say of it. */
function addWords(db: RunDatabase): void {
  const labels = Array.from(labelIds(db, { round: 2 }));
  for (const [at, text] of ALL.entries()) {
    const sign = { who: text, why: text, subject: text, atMs: Date.now() };
    const prediction = labels[2 * at] ?? assert.fail();
    db.verdicts.record([{ of: 'prediction', prediction, verdict: at % 2 === 0 ? 'rejected' : 'accepted' }], sign);
    db.verdicts.record(
      [{ of: 'image', image: imageId(at + 1), verdict: 'drawn', category: categoryId(at + 1), mask: boxMask(RIGHT) }],
      sign,
    );
    const note = { kind: 'note', round: 2, level: 'warn', text } as const;
    db.events.add({ atMs: Date.now(), round: 2, kind: 'note', data: note });
    db.quarantine.add({ subset: 'unlabeled', path: `/data/${text}`, fileName: text, reason: 'unreadable', detail: text, atMs: Date.now() });
  }
  db.verdicts.record([{ of: 'image', image: imageId(1), verdict: 'rejected' }], {
    who: SCRIPT,
    why: LONG,
    subject: 'i1',
    atMs: Date.now(),
  });
  db.labeling.recordFailed(attempt(addImage(db, 1000).id, 2), SCRIPT);
}

const shows = (page: Page, text: string): Promise<void> =>
  eventually(async () => {
    const shown = await page.evaluate<string>('document.querySelector("#page").textContent');
    assert.ok(shown.includes(text), `the page does not show ${text.slice(0, 80)}`);
  });

/** Nothing of what was said became an element, or ran. */
async function assertHarmless(page: Page): Promise<void> {
  assert.equal(await page.evaluate('window.hacked'), undefined);
  const made = await page.evaluate<string[]>(
    `[...document.querySelectorAll('img:not([src^="/api/"]), iframe, main script, body script, [onerror], [onmouseover], [onfocus], [autofocus], [href^="javascript:"]')].map(({ outerHTML }) => outerHTML.slice(0, 200))`,
  );
  assert.deepEqual(made, []);
}

/** A dialog lies above the page, where what does not fit is not found by how wide the page is. */
async function assertWithin(page: Page, selector: string): Promise<void> {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    await eventually(() => assertInSight(page, selector));
  }
}

async function assertInSight(page: Page, selector: string): Promise<void> {
  const box = (await page.locator(selector).first().boundingBox()) ?? assert.fail(`no ${selector}`);
  const { width } = page.viewportSize() ?? assert.fail();
  assert.ok(
    box.x >= 0 && box.x + box.width <= width,
    `${selector} reaches from ${box.x} to ${box.x + box.width} px in a window of ${width} px`,
  );
}
