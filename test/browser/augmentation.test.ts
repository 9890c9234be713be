import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { SeenPicture } from '../../web/contract/training.ts';
import { beginTraining, HOSTILE, STEPS_DONE } from '../begun-training.ts';
import { assertAccessible, assertFits, eventually, inspect, NARROW, skip } from './browser.ts';
import { drawn, PICTURES } from './drawn-step.ts';

test('the view of training pictures', { skip }, async (t) => {
  const { folder, db, labeled } = await beginTraining(t);
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const [hostile] = labeled;

  await t.test('a step as a grid and a picture of it large are accessible and fit, wide and light, narrow and dark', async () => {
    for (const options of [{}, { size: NARROW, scheme: 'dark' }] as const)
      for (const address of ['/augmentation?round=1&step=2', '/augmentation?round=1&step=2&slot=1&object=o1']) {
        const page = await inspection.open(address, options);
        await drawn(page);
        await assertFits(page);
        await assertAccessible(page);
        await page.close();
      }
  });

  await t.test('is walked by keys, and its address says where it is', async () => {
    const page = await inspection.open('/augmentation');
    await page.waitForURL(/round=1&step=4$/);
    await page.getByText('The trainer saw these pictures at step 4 of round 1.').waitFor();
    for (const [key, there] of [
      ['k', /step=3$/],
      ['Home', /step=0$/],
      ['k', /step=0$/],
      ['j', /step=1$/],
      ['End', /step=11$/],
      ['j', /step=11$/],
    ] as const) {
      await page.keyboard.press(key);
      await eventually(async () => assert.match(page.url(), there));
    }
    await page.getByText(`The trainer has done ${STEPS_DONE} of 12 steps: it will see these pictures at step 11`).waitFor();
    await page.getByLabel('step', { exact: true }).fill('2');
    await page.keyboard.press('Enter');
    await eventually(async () => assert.match(page.url(), /step=2$/));
    await page.getByLabel('step of the training').focus();
    for (const [key, there] of [
      ['ArrowRight', /step=3$/],
      ['n', /slot=0$/],
      ['p', /slot=2$/],
    ] as const) {
      await page.keyboard.press(key);
      await eventually(async () => assert.match(page.url(), there));
    }
    await page.locator('.canvas-masks').waitFor();
    await page.keyboard.press('g');
    await eventually(async () => assert.equal(await page.locator('.canvas-masks').count(), 0));
    await page.goBack();
    await page.locator('.canvas-masks').waitFor();
    await page.close();
  });

  await t.test('arrows scroll the steps, and move a picture that is large', async () => {
    const page = await inspection.open('/augmentation?round=1&step=2', { size: { width: 390, height: 400 } });
    await drawn(page);
    await page.keyboard.press('ArrowDown');
    await eventually(async () => assert.ok((await page.evaluate<number>('scrollY')) > 0, 'nothing scrolled'));
    await page.goto(new URL('/augmentation?round=1&step=2&slot=1', page.url()).href);
    await page.locator('.canvas-masks').waitFor();
    const moved = () => page.locator('.outlines g').getAttribute('transform');
    const before = await moved();
    await page.keyboard.press('ArrowDown');
    await eventually(async () => assert.notEqual(await moved(), before));
    await page.close();
  });

  await t.test('an address with an empty round is that of the last one', async () => {
    const page = await inspection.open('/augmentation?round=&step=3');
    await drawn(page);
    await page.goto(new URL('/augmentation?round=', page.url()).href);
    await page.waitForURL(/round=1&step=4$/);
    await drawn(page);
    await page.close();
  });

  await t.test('who goes on to another step does not wait for the pixels of the last one', async () => {
    const page = await inspection.open('/augmentation?round=1&step=6');
    await drawn(page);
    const left: string[] = [];
    page.on('requestfailed', (request) => left.push(request.url()));
    const held: string[] = [];
    await page.route(/\/api\/training\/1\/7\/\d\/picture/, (route) => {
      held.push(route.request().url());
    });
    await page.keyboard.press('j');
    await eventually(async () => assert.equal(held.length, PICTURES));
    await page.keyboard.press('j');
    await drawn(page);
    await eventually(async () => assert.deepEqual(left.toSorted(), held.toSorted()));
    await page.close();
  });

  await t.test('marks what was pasted and what was dropped, layer by layer, and names where it is from', async () => {
    const seen = await sampleWith(
      inspection.server.url,
      ({ objects }) =>
        objects.some(({ dropped }) => dropped === 'outside') && objects.some(({ dropped, pasted }) => pasted && dropped === null),
    );
    const page = await inspection.open(`/augmentation?round=1&step=${seen.step}&slot=${seen.slot}`);
    await drawn(page);
    const rows = page.locator('.seen-objects tbody tr');
    await eventually(async () => assert.equal(await rows.count(), seen.objects.length));
    for (const [at, { dropped, areaPx2 }] of seen.objects.entries()) {
      const text = await rows.nth(at).innerText();
      assert.match(text, new RegExp(`\\t${areaPx2}\\t`));
      assert.match(text, dropped === null ? /yes$/ : new RegExp(`dropped: ${dropped}`));
    }
    const donor = rows.filter({ hasText: 'pasted from' }).first().getByRole('link');
    assert.equal(await donor.getAttribute('href'), `/image/${seen.donor?.image}`);
    assert.ok(labeled.some(({ id }) => id === seen.donor?.image));
    const places = page.locator('.outlines .would-be');
    assert.equal(await places.count(), seen.objects.filter(({ dropped }) => dropped !== null).length);
    const all = await paintedPixels(page);
    await page.keyboard.press('2');
    await eventually(async () => assert.ok((await paintedPixels(page)) < all, 'pasted objects are still marked'));
    await page.keyboard.press('3');
    await eventually(async () => assert.equal(await places.count(), 0));
    assert.match(page.url(), /layers=ignored\+own\+names/);
    await rows.nth(0).getByRole('button').click();
    await eventually(async () => assert.equal(await page.locator('.outlines path.focused').count(), 2));
    await page.close();
  });

  await t.test('file and class names are text, and steps beyond the end are said', async () => {
    const { step, slot } = await sampleWith(inspection.server.url, ({ main }) => main.image === hostile?.id);
    const page = await inspection.open(`/augmentation?round=1&step=${step}&slot=${slot}`);
    await drawn(page);
    await eventually(async () => assert.equal(await page.locator('.picture-side h3 a').first().textContent(), HOSTILE));
    assert.ok((await page.getByRole('button', { name: '</td><b>dog' }).count()) > 0);
    assert.equal(await page.evaluate('window.hacked'), undefined);
    await page.goto(new URL('/augmentation?round=1&step=99', page.url()).href);
    await page.getByText('Round 1 has the steps 0 to 11: step 99 is beyond its end.').waitFor();
    await page.keyboard.press('k');
    await drawn(page);
    await page.goto(new URL('/augmentation?round=1&step=0&slot=7', page.url()).href);
    await page.getByText('A step has the pictures 0 to 2: there is no picture 7.').waitFor();
    await page.close();
  });

  await t.test('while the round trains, what is seen grows', async () => {
    const page = await inspection.open('/augmentation?round=1&step=8');
    await page.getByText(`The trainer has done ${STEPS_DONE} of 12 steps`).waitFor();
    await drawn(page);
    db.metrics.record(1, 9, { loss: 1.25 });
    await page.getByText('The trainer saw these pictures at step 8 of round 1.').waitFor();
    await page.close();
  });

  await t.test('a round that did not train, and a picture that changed, are said where they are', async () => {
    const page = await inspection.open('/augmentation?round=0');
    await page.getByText('Expected a round that has begun to train (1) for round').waitFor();
    await page.getByRole('link', { name: 'the last round that trained' }).click();
    await drawn(page);
    const path = hostile?.path as string;
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]));
    // No test looked at this step, so that its pictures are not remembered.
    await page.goto(new URL('/augmentation?round=1&step=10', page.url()).href);
    const problem = page.locator('.samples .problem').first();
    await problem.waitFor();
    assert.match((await problem.textContent()) ?? '', /as it was when it was imported, but its content is another/);
  });

  // The browser itself tells of answers that refuse; that is what was tested last.
  await assert.rejects(inspection.close(), /400.*503/s);
});

/** The first picture of the round of which something is true. */
async function sampleWith(url: string, is: (seen: SeenPicture) => boolean): Promise<SeenPicture> {
  for (let number = 0; number < 36; number++) {
    const answer = await fetch(new URL(`/api/training/1/${Math.floor(number / 3)}/${number % 3}`, url));
    const seen = (await answer.json()) as SeenPicture;
    if (is(seen)) return seen;
  }
  throw new Error('no picture of the round is as wished');
}

const paintedPixels = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.canvas-masks');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, at) => at % 4 === 3 && value > 0).length;
  })()`);
