/** A run is watched from before its beginning to its end. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { countLabels, runStatus } from '../../db/index.ts';
import { serveRun } from '../../web/index.ts';
import { assertEnded, lookInto, makeScenes, SMALL, startProgram, writeConfig } from '../small-run.ts';
import { eventually, inspect, skip } from './browser.ts';

const STEPS = 30;

it('a run is watched from before its beginning to its end, over pauses and a server that begins anew', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-live-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const run = join(folder, 'runs/small');
  await makeScenes(folder);
  const inspection = await inspect(run);
  t.after(inspection.abandon);
  const page = await inspection.open('/');
  // A browser complains of a server that has nothing yet, or is gone; that is what is tested here.
  page.removeAllListeners('console');
  await page.locator('.problem', { hasText: 'selfpaste.db' }).first().waitFor();
  await remember(page);

  const program = startProgram(['run', '-c', writeConfig(folder, { ...SMALL, train: { ...SMALL.train, steps: STEPS } })]);
  t.after(() => program.process.kill('SIGKILL'));
  await says(page, '.run-state', 'round 0, train');
  await says(page, '.curve-place', 'round 0, step');
  await says(page, '.run-state', 'round 1, train');
  await page.keyboard.press('p');
  await says(page, '.run-state', 'paused');

  const labels = await inspection.open('/labels?status=kept');
  const kept = lookInto(run, (db) => countLabels(db, { round: 1, status: 'kept' }).labels);
  await eventually(async () => assert.equal(await labels.locator('.list-head strong').textContent(), `${kept} labels`));
  await labels.locator('.tile canvas.shown').first().waitFor();
  await labels.close();

  await inspection.server.close();
  await says(page, '[role=alert]', 'No word from the server');
  const again = await serveRun({ folder: run, host: '127.0.0.1', port: Number(new URL(inspection.server.url).port) });
  t.after(() => again.close());
  await page.locator('[role=alert]').waitFor({ state: 'detached' });
  await page.keyboard.press('p');
  await says(page, '.run-state', 'finished');
  assertEnded(await program.ended, 0);

  await says(page, '.curve-place', `round 1, step ${STEPS}`);
  await says(page, '.timeline-name', 'round 1 promoted');
  for (const stage of ['train', 'label', 'select', 'evaluate']) await page.locator(`.timeline .stage-${stage}`).last().waitFor();
  const seen = await page.evaluate<{ readonly lit: string[]; readonly places: string[] }>('window.remembered()');
  for (const state of ['train', 'paused', 'finished']) assert.ok(seen.lit.includes(state), `${state} was never lit: ${seen.lit}`);
  assert.ok(seen.places.length > 2, `the curves did not grow: ${seen.places}`);
  const [, second] = lookInto(run, (db) => runStatus(db).rounds);
  await says(page, '[aria-labelledby=labels-title] table', String(second?.selection.kept));
  assert.equal(await page.locator('.event', { hasText: 'round 1 finished' }).count(), 1);
});

/** Waits until an element says something; stages take as long as they do. */
const says = (page: Page, selector: string, text: string): Promise<void> =>
  page.locator(selector, { hasText: text }).first().waitFor({ timeout: 120_000 });

/** Every state that was lit, and every place to which the curves came, from now on. */
async function remember(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const lit = new Set();
    const places = new Set();
    const look = () => {
      for (const { textContent } of document.querySelectorAll('.machine .lit text')) lit.add(textContent);
      for (const { textContent } of document.querySelectorAll('.curve-place')) places.add(textContent);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    window.remembered = () => ({ lit: [...lit], places: [...places] });
  })()`);
}
