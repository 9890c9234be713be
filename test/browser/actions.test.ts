/** What was decided is seen at once, listed, and taken back; in whose name and why; and what was set aside is tried again. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { RunDatabase } from '../../db/index.ts';
import { assertEnded, lookInto, makeScenes, runProgram, SMALL, writeConfig } from '../small-run.ts';
import { assertAccessible, assertFits, eventually, type Inspection, inspect, NARROW, skip } from './browser.ts';
import { makeRun, type Said } from './made-run.ts';

const CAT: Said = [0.9, 1, { x1: 8, y1: 8, x2: 40, y2: 32 }];
const HOSTILE = '<img src=x onerror="window.hacked = 1">';

describe('decisions in the gallery', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-actions-'));
  let db: RunDatabase;
  let inspection: Inspection;
  before(async () => {
    const pictures = Array.from({ length: 40 }, (_, at) => ({ fileName: `${at}.png`, rounds: [[CAT]] }));
    db = await makeRun(folder, { name: 'decided', classNames: ['cat', 'dog'], pictures });
    inspection = await inspect(folder);
  });
  after(async () => {
    await inspection?.close();
    db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function gallery(query = 'order=image', options = {}): Promise<Page> {
    const page = await inspection.open(`/labels?${query}`, options);
    await page.locator('.tile canvas.shown').first().waitFor();
    return page;
  }
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const actions = () => db.verdicts.actions(100);
  const marks = (page: Page, place: number) => page.locator(`#label-${place} .mark`).allTextContents();
  const seen = (page: Page, place: number, expected: readonly string[]) =>
    eventually(async () => assert.deepEqual(await marks(page, place), expected));

  it('are seen on their tiles at once, where nothing moves, and no longer when they are taken back', async () => {
    const page = await gallery();
    const before = await layoutOf(page);
    const color = await maskColor(page, 2);
    await press(page, 'ArrowRight', 'a', 'r', 'c');
    await page.getByRole('option', { name: 'dog' }).click();
    await seen(page, 0, ['accepted']);
    await seen(page, 1, ['rejected']);
    await seen(page, 2, ['corrected']);
    assert.match((await page.locator('#label-2 .caption').first().textContent()) ?? '', /^dog/);
    await eventually(async () => assert.notEqual(await maskColor(page, 2), color, 'the mask has the colour of its new class'));
    assert.deepEqual(await layoutOf(page), before);
    await eventually(async () => assert.equal(actions().length, 3));
    await page.reload();
    await page.locator('#label-2 .mark').waitFor();
    assert.deepEqual([await marks(page, 0), await marks(page, 1), await marks(page, 2)], [['accepted'], ['rejected'], ['corrected']]);
    assert.match((await page.locator('#label-2 .caption').first().textContent()) ?? '', /^dog/, 'the server says the same');
    await press(page, 'End', 'a');
    await seen(page, 39, ['accepted']);
    await press(page, 'u');
    await seen(page, 39, []);
    await page.close();
  });

  it('are seen no longer where the server refuses them, which is told', async () => {
    const page = await gallery();
    page.removeAllListeners('console');
    let answer = () => {};
    const refusal = { error: { code: 'USAGE_NO_PREDICTION', message: 'Expected another label', hint: 'look again' } };
    await page.route('**/api/verdicts', async (route) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await route.fulfill({ status: 400, json: refusal });
    });
    await press(page, 'End', 'r');
    await seen(page, 39, ['rejected']);
    answer();
    await seen(page, 39, []);
    await page.getByText('Expected another label').waitFor();
    await page.close();
  });

  it('all of a query are seen once they are written, and another person has the last word', async () => {
    const [page, other] = [await gallery('image=30'), await gallery('image=30')];
    await page.getByRole('button', { name: 'all of this query…' }).click();
    await page.getByRole('button', { name: 'reject 1 label' }).click();
    await seen(page, 0, ['rejected']);
    await press(other, 'ArrowRight', 'a');
    await eventually(async () => assert.deepEqual(actions()[0]?.verdicts.accepted, 1));
    await press(page, 'm', 'h');
    await page.locator('.decision-history li').first().getByRole('button', { name: 'take back' }).click();
    await page.locator('.decision-history li').first().getByText('taken back by').waitFor();
    await press(page, 'Escape');
    await seen(page, 0, ['rejected']);
    await other.close();
    await page.close();
  });

  it('can be made of what a person drew, but for accepting, which says why', async () => {
    const mask = { of: 'image', image: db.images.byId(20 as never)?.id ?? assert.fail(), verdict: 'drawn', category: 1 as never } as const;
    const [facts] = db.labeling.predictions(1, db.images.byId(20 as never) ?? assert.fail());
    db.verdicts.record([{ ...mask, mask: facts?.mask ?? assert.fail() }], { who: 'ada', why: '', subject: 'i20', atMs: Date.now() });
    const page = await gallery('verdict=drawn');
    const [drawn] = actions();
    await press(page, 'ArrowRight', 'x');
    await page.getByText('1 label selected').waitFor();
    await press(page, 'a');
    await page.getByText('What people drew is kept without being accepted').waitFor();
    assert.equal(actions()[0]?.id, drawn?.id, 'nothing was written');
    await press(page, 'c');
    await page.getByRole('option', { name: 'dog' }).click();
    await eventually(async () => assert.match((await page.locator('#label-0 .caption').first().textContent()) ?? '', /^dog/));
    await press(page, 'r');
    await seen(page, 0, ['rejected']);
    await eventually(async () =>
      assert.equal(db.verdicts.count().drawn + db.verdicts.count().corrected, 1, 'but for the relabeled prediction'),
    );
    await page.close();
  });

  it('are signed: by whom is kept, why lasts as long as the session, and both are shown where decisions are made', async () => {
    for (const options of [{}, { size: NARROW }]) {
      const page = await gallery('order=image', options);
      const [who, why] = [page.getByLabel('decided by'), page.getByLabel('why')];
      assert.ok(((await who.getAttribute('placeholder')) ?? '').length > 0, 'the name that the server found');
      await who.fill('bob');
      await why.fill(HOSTILE);
      await page.reload();
      await page.locator('.tile canvas.shown').first().waitFor();
      assert.deepEqual([await who.inputValue(), await why.inputValue()], ['bob', HOSTILE]);
      const count = actions().length;
      await press(page, 'ArrowRight', 'ArrowRight', 'a');
      await eventually(async () => assert.equal(actions().length, count + 1));
      assert.deepEqual([actions()[0]?.who, actions()[0]?.why], ['bob', HOSTILE]);
      await page.close();
    }
  });

  it('are listed page by page, whoever made them; any that nothing is built on is taken back', async () => {
    const first = actions()[0]?.id ?? assert.fail();
    const [early] = db.labeling.predictions(1, db.images.byId(35 as never) ?? assert.fail());
    const [late] = db.labeling.predictions(1, db.images.byId(36 as never) ?? assert.fail());
    const say = (prediction: typeof early, subject: string) =>
      db.verdicts.record([{ of: 'prediction', prediction: prediction?.id ?? assert.fail(), verdict: 'accepted' }], {
        ...{ who: HOSTILE, why: 'because', subject, atMs: Date.now() },
      }).action;
    const built = say(early, 'the first');
    const free = say(late, 'the second');
    for (let time = 0; time < 25; time++) say(early, `again ${time}`);
    const page = await gallery();
    await press(page, 'h');
    const rows = page.locator('.decision-history li');
    await eventually(async () => assert.equal(await rows.count(), 20));
    await assertAccessible(page);
    assert.match((await rows.first().textContent()) ?? '', /^1 accepted about again 24action \d+ by <img/);
    await page.getByRole('button', { name: 'older' }).click();
    await eventually(async () => assert.ok((await rows.count()) > 27));
    await page.getByRole('button', { name: `take back action ${free}`, exact: true }).click();
    await rows.filter({ hasText: 'about the second' }).getByText('taken back by').waitFor();
    assert.ok((await rows.count()) > 27, 'what was shown stays');
    page.removeAllListeners('console');
    await page.getByRole('button', { name: `take back action ${built}`, exact: true }).click();
    await rows.filter({ hasText: 'about the first' }).getByText('Expected an action that no later one builds on').waitFor();
    assert.deepEqual(
      [actions().find(({ id }) => id === free)?.state.is, actions().find(({ id }) => id === built)?.state.is],
      ['undone', 'done'],
    );
    assert.equal(await page.evaluate('window.hacked'), undefined);
    assert.ok(first < built);
    await page.close();
  });

  it('the list of them fits a narrow page', async () => {
    const page = await inspection.open('/image/3', { size: NARROW, scheme: 'dark' });
    await page.getByRole('button', { name: 'history' }).click();
    await page.locator('.decision-history li').first().waitFor();
    await assertFits(page);
    await assertAccessible(page);
    await page.close();
  });
});

describe('what a run set aside', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-aside-'));
  const run = join(folder, 'runs/small');
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is mended, tried again by a button, and labeled when the run goes on', async (t) => {
    await makeScenes(folder);
    const names = readFileSync(join(folder, 'data/unlabeled.txt'), 'utf8').trim().split('\n');
    const [empty = '', cut = ''] = names.map((name) => join(folder, 'data/images', name));
    const whole = [readFileSync(empty), readFileSync(cut)] as const;
    writeFileSync(empty, '');
    writeFileSync(cut, whole[1].subarray(0, whole[1].length / 2));
    const config = writeConfig(folder, { ...SMALL, rounds: 2, train: { ...SMALL.train, steps: 4 } });
    assertEnded(await runProgram(['run', '-c', config, '--until', 'stage=select']), 0);
    const tried = await runProgram(['labels', 'retry', run]);
    assert.match(
      tried.stdout,
      /^files: 0 can be read now, and the next labeling takes them; 1 cannot \(`selfpaste status --quarantine`\)$/m,
    );
    assert.match(tried.stdout, /^pictures: round 2 labels every picture anew, these too; this one is past that$/m);
    const inspection = await inspect(run);
    t.after(inspection.abandon);
    const page = await inspection.open('/');
    const panel = page.getByRole('region', { name: 'quarantine' });
    await panel.getByText('1 picture could not be labeled in round 1').waitFor();
    await panel.getByText('round 2 labels every picture anew, these too').waitFor();
    assert.ok(await panel.getByRole('button', { name: 'try 1 picture again' }).isDisabled());
    const again = panel.getByRole('button', { name: 'try 1 file again' });
    await again.click();
    await panel.getByText('1 still cannot be used: the table says why.').waitFor();
    writeFileSync(empty, whole[0]);
    writeFileSync(cut, whole[1]);
    await again.press('Enter');
    await panel.getByText('1 can be read now, and is labeled in round 2.').waitFor();
    await panel.getByText('Every file of the data set could be used.').waitFor();
    await assertAccessible(page);
    await inspection.close();
    assertEnded(await runProgram(['resume', run]), 0);
    const counts = lookInto(run, (db) => [db.labeling.counts(1), db.labeling.counts(2), db.connection.all('PRAGMA foreign_key_check')]);
    assert.deepEqual(
      counts.map((each) => ('done' in each ? [each.done, each.failed] : each)),
      [[14, 1], [16, 0], []],
    );
    const retried = await runProgram(['labels', 'retry', run]);
    assert.match(
      retried.stdout,
      /^files: none is set aside that another try could mend\npictures: none failed in the round that is under way$/m,
    );
  });
});

/** Where each tile and its words stand. */
const layoutOf = (page: Page): Promise<string> =>
  page.evaluate<string>(`JSON.stringify([...document.querySelectorAll('.tile, .tile .caption, .decision-bar button:not(.note button)')].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
  }))`);

/** The colours of the pixels of a tile, added up. */
const maskColor = (page: Page, place: number): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('#label-${place} canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => sum + value * (1 + (at % 4)), 0);
  })()`);
