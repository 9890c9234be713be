/** Thresholds are tried by keys, say what the database says, and become those of the run where that can be. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { CategoryId } from '../../core/index.ts';
import { acquireRunLock, openDatabase } from '../../db/index.ts';
import { comparePolicies, runConfigOf } from '../../pipeline/index.ts';
import { firstContext, MACHINE_VERSION } from '../../pipeline/machine/machine.ts';
import type { PreviewCounts } from '../../pseudo/index.ts';
import { assertEnded, lookInto, makeScenes, runProgram, writeConfig } from '../small-run.ts';
import { eventually, type Inspection, inspect, skip } from './browser.ts';

describe('the view of a policy', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-policy-'));
  const run = join(folder, 'runs/small');
  let inspection: Inspection;
  /** The class with most predictions, and their scores from the least on. */
  let most: { readonly category: CategoryId; readonly name: string; readonly scores: readonly number[] };
  /** In thousandths: half of the class's predictions are below it. */
  let middle = 0;

  before(async () => {
    await makeScenes(folder);
    const config = writeConfig(folder);
    assertEnded(await runProgram(['run', '-c', config, '--until', 'stage=label']), 0);
    most = classWithMost(run);
    middle = Math.max(2, Math.round((most.scores[most.scores.length >> 1] ?? 0) * 1000));
    inspection = await inspect(run);
  });
  after(async () => {
    await inspection?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What `labels policy` says of other settings. */
  const preview = (...settings: readonly string[]) =>
    lookInto(run, (db) => comparePolicies(db, 1, runConfigOf(db, run), runConfigOf(db, run, settings)).preview);
  const rowOf = (page: Page, name: string) => page.locator('.sliders tr', { has: page.getByText(name, { exact: true }) });
  const keptIn = (page: Page, name: string) => rowOf(page, name).locator('.kept-count').textContent();

  /** From where it is to the middle of the scores, by keys alone. */
  async function moveToMiddle(page: Page): Promise<void> {
    const slider = page.getByRole('slider', { name: `threshold of ${most.name}`, exact: true });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    for (let at = 1; at < middle; at++) await page.keyboard.press('Shift+ArrowRight');
    await eventually(async () => assert.equal(Math.round(Number(await slider.inputValue()) * 1000), middle));
    await page.waitForURL(new RegExp(`class=${most.category}&t${most.category}=${middle / 1000}$`));
  }

  it('moves by keys, and counts what `labels policy` counts', async () => {
    const page = await inspection.open('/policy');
    await rowOf(page, most.name).waitFor();
    await moveToMiddle(page);
    const { overall, byCategory } = preview(`policy.scoreByCategory={${most.name}: ${middle / 1000}}`);
    assert.ok(overall.lost > 0 && overall.next > 0, 'half of a class is lost');
    await eventually(async () => assert.equal(await keptIn(page, most.name), countText(byCategory.get(most.category))));
    assert.equal(await keptIn(page, 'all classes'), countText(overall));
    assert.equal(await page.locator('.facts .kept-count').first().textContent(), countText(overall));
    await page.reload();
    await eventually(async () => assert.equal(await keptIn(page, most.name), countText(byCategory.get(most.category))));
    await page.getByRole('slider', { name: 'threshold of all classes' }).focus();
    await page.keyboard.press('PageUp');
    await page.waitForURL(/all=0\.101/);
    const all = preview('policy.score=0.101', 'policy.scoreByCategory={}').overall;
    await eventually(async () => assert.equal(await keptIn(page, 'all classes'), countText(all)));
    await page.keyboard.press('r');
    await page.waitForURL((url) => !url.searchParams.has('all'));
    await eventually(async () => assert.equal(await keptIn(page, 'all classes'), String(all.present)));
    await page.close();
  });

  it('shows what lies just above the line and just below it, nearest first', async () => {
    const threshold = middle / 1000;
    const page = await inspection.open(`/policy?class=${most.category}&t${most.category}=${threshold}`);
    const scoresOf = (side: string) => page.getByRole('region', { name: new RegExp(`^just ${side}`) }).locator('li .number');
    await scoresOf('above').first().waitFor();
    const above = most.scores.filter((score) => score >= threshold);
    const below = most.scores.filter((score) => score < threshold).toReversed();
    for (const [side, scores] of Object.entries({ above, below })) {
      const shown = await scoresOf(side).allTextContents();
      assert.ok(shown.length > 0, side);
      assert.deepEqual(
        shown,
        scores.slice(0, shown.length).map((score) => score.toFixed(3)),
      );
    }
    await page.locator('.line-gallery .thumbnails a').first().click();
    await page.waitForURL(/\/image\/\d+\?label=\d+/);
    await page.locator('#label-title').getByText(most.name).waitFor();
    await page.close();
  });

  it('says why it cannot change a run that is at work, and a round that was selected', async () => {
    const lock = acquireRunLock(run);
    const page = await inspection.open(`/policy?t${most.category}=${middle / 1000}`);
    await rowOf(page, most.name).waitFor();
    try {
      await page.keyboard.press('u');
      await page.locator('.plan-dialog .warn', { hasText: 'owns the run' }).waitFor();
      await page.locator('.plan-dialog .commands', { hasText: 'selfpaste stop' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'write these settings' }).count(), 0);
    } finally {
      lock.release();
    }
    await page.keyboard.press('Escape');
    const undo = standIn(run, 'train');
    await page.keyboard.press('u');
    await page.locator('.plan-dialog .warn', { hasText: 'this round was selected already' }).waitFor();
    await page.locator('.plan-dialog .commands', { hasText: '--fork NAME' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'write these settings' }).count(), 0);
    undo();
    await page.close();
  });

  it('gives the run the thresholds for the next round, once the person has seen what that means', async () => {
    const page = await inspection.open('/policy');
    await rowOf(page, most.name).waitFor();
    await moveToMiddle(page);
    await page.getByText(`Other than the settings: ${most.name}:`).waitFor();
    await page.keyboard.press('u');
    await page.getByRole('cell', { name: 'policy.scoreByCategory', exact: true }).waitFor();
    await page.getByRole('button', { name: 'not now' }).click();
    const policy = () => lookInto(run, (db) => runConfigOf(db, run).policy);
    assert.deepEqual(policy().scoreByCategory, {});
    await page.keyboard.press('u');
    await page.getByRole('button', { name: 'write these settings' }).click();
    await page.locator('.plan-dialog', { hasText: 'The run has these thresholds now' }).waitFor();
    await page.locator('.plan-dialog button:focus', { hasText: 'close' }).waitFor();
    assert.deepEqual(policy().scoreByCategory, { [most.name]: middle / 1000 });
    assert.ok(lookInto(run, (db) => db.events.latest(1)).some(({ kind }) => kind === 'settings-changed'));
    await page.keyboard.press('Escape');
    await page.getByText('The thresholds are those of the settings.').waitFor();
    await page.waitForURL((url) => !url.search.includes(`t${most.category}=`));
    await eventually(async () =>
      assert.equal(Number(await page.getByRole('slider', { name: `threshold of ${most.name}`, exact: true }).inputValue()), middle / 1000),
    );
    await page.close();
  });
});

/** As the page writes what is kept now and then. */
function countText(counts: PreviewCounts | undefined): string {
  assert.ok(counts !== undefined);
  const { present, next, gained, lost } = counts;
  if (gained + lost === 0) return String(present);
  return `${present} → ${next}${gained > 0 ? ` +${gained}` : ''}${lost > 0 ? ` −${lost}` : ''}`;
}

function classWithMost(run: string) {
  return lookInto(run, (db) => {
    const said = [...db.labeling.labeled(1)].flatMap((image) => db.labeling.predictions(1, image));
    const classes = db.categories.all().map(({ id, name }) => {
      const scores = said.flatMap(({ category, score }) => (category === id ? [score] : []));
      return { category: id, name, scores: scores.toSorted((a, b) => a - b) };
    });
    return classes.toSorted((a, b) => b.scores.length - a.scores.length)[0] ?? assert.fail('no class');
  });
}

/** Puts the run into another stage. @returns what puts it back */
function standIn(run: string, stage: 'train'): () => void {
  const db = openDatabase(join(run, 'selfpaste.db'), { mode: 'write' });
  const before = db.snapshots.latest() ?? assert.fail('the run has begun');
  const context = { ...firstContext({ rounds: 1, given: false, waits: [] }), round: 1, stage };
  db.snapshots.add({ atMs: Date.now(), machineVersion: MACHINE_VERSION, state: { value: stage, context } });
  return () => {
    db.snapshots.add(before);
    db.close();
  };
}
