/** The view of a run, while the run goes on. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { acquireRunLock, openDatabase, type RunDatabase, type RunLock } from '../../db/index.ts';
import { firstContext, MACHINE_VERSION, type RunContext } from '../../pipeline/machine/machine.ts';
import { serveRun } from '../../web/index.ts';
import { testReport } from '../../web/test-report.ts';
import { withFolder } from '../small-run.ts';
import { assertAccessible, assertFits, type Inspection, inspect, NARROW, skip } from './browser.ts';

const HOSTILE = '<img src=x onerror="window.hacked = 1">';

describe('the view of a run', { skip }, () => {
  let folder = '';
  let db: RunDatabase;
  let lock: RunLock;
  let inspection: Inspection;
  let end: () => void = () => {};
  let gone: Promise<void>;
  before(async () => {
    await new Promise<void>((begun, failed) => {
      gone = withFolder(async (made) => {
        folder = made;
        db = beginRun(made);
        lock = acquireRunLock(made);
        inspection = await inspect(made);
        begun();
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      });
      gone.catch(failed);
    });
  });
  after(async () => {
    await inspection?.close();
    lock?.release();
    db?.close();
    end();
    await gone;
  });

  it('shows what happens as it happens, and what a name holds is text', async () => {
    const page = await inspection.open('/');
    await seen(page, '.run-state', 'round 0, train 10 %');
    assert.equal(await page.locator('.machine .lit').textContent(), await page.locator('.machine .state.train').textContent());
    note(db, `${HOSTILE} could not be read`);
    db.metrics.record(0, 40, { loss: 2, supLoss: 2 });
    await seen(page, '.event', `${HOSTILE} could not be read`);
    await seen(page, '.run-state', 'round 0, train 40 %');
    await seen(page, '.curve-place', 'round 0, step 40');
    await seen(page, 'header', `${HOSTILE}`);
    enter(db, 'evaluate');
    await seen(page, '.run-state', 'round 0, evaluate');
    assert.equal(await page.evaluate('window.hacked'), undefined);
    enter(db, 'train');
  });

  it('asks the run to pause by a key, and to stop after a question', async () => {
    const page = await inspection.open('/');
    await seen(page, '.run-state', 'round 0, train');
    await page.keyboard.press('p');
    await seen(page, '#control-why', 'Asked to pause: it does at its next safe point.');
    await page.keyboard.press('s');
    await page.getByRole('button', { name: 'leave it running' }).click();
    await page.getByRole('button', { name: 'stop s' }).click();
    await page.getByRole('button', { name: 'stop the run' }).click();
    await seen(page, '#control-why', 'Asked to stop: it does at its next safe point.');
    const box = join(folder, 'requests');
    const requests = readdirSync(box).sort();
    const asked = requests.map((name) => JSON.parse(readFileSync(join(box, name), 'utf8')).request);
    assert.deepEqual(asked, ['pause', 'stop']);
  });

  it('switches curves and zooms by keys, and has both in its address', async () => {
    const page = await inspection.open('/');
    await page.getByLabel('mask', { exact: false }).first().waitFor();
    await page.locator('#curves-loss').waitFor();
    await page.keyboard.press('+');
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.keyboard.press('0');
    await page.getByRole('checkbox', { name: /^class/ }).check();
    await page.waitForURL(/loss=loss\+supLoss\+unsupLoss\+classLoss/);
    await page.keyboard.press('w');
    await page.waitForURL(/events=warnings/);
    await page.getByText('numbers').first().click();
    await page.getByRole('cell', { name: '40', exact: true }).waitFor();
  });

  it('says that the server is gone, comes back by itself, and has each event once', async () => {
    const own = await inspect(folder);
    const page = await own.open('/');
    note(db, 'before the end');
    await seen(page, '.event', 'before the end');
    // A browser complains of a server that is gone; that is no fault of the page.
    page.removeAllListeners('console');
    await own.server.close();
    await seen(page, '[role=alert]', 'No word from the server');
    note(db, 'meanwhile');
    const again = await serveRun({ folder, host: '127.0.0.1', port: Number(new URL(own.server.url).port) });
    try {
      await seen(page, '.event', 'meanwhile');
      await page.locator('[role=alert]').waitFor({ state: 'detached' });
      for (const text of ['before the end', 'meanwhile']) assert.equal(await page.locator('.event', { hasText: text }).count(), 1);
    } finally {
      await again.close();
      await own.close();
    }
  });

  for (const [name, options] of [
    ['wide and light', {}],
    ['narrow and dark', { size: NARROW, scheme: 'dark' }],
  ] as const)
    it(`is accessible and fits, ${name}`, async () => {
      const page = await inspection.open('/', options);
      await page.locator('.chart canvas').first().waitFor();
      await assertAccessible(page);
      await assertFits(page);
    });
});

/** Waits until an element says something. */
const seen = (page: Page, selector: string, text: string): Promise<void> => page.locator(selector, { hasText: text }).first().waitFor();

function beginRun(folder: string): RunDatabase {
  const db = openDatabase(join(folder, 'selfpaste.db'), { mode: 'create' });
  const { seed, config, configHash, programVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  db.runs.create({ name: HOSTILE, seed, config, configHash, programVersion, machineVersion: MACHINE_VERSION, createdAtMs });
  db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: Date.now() });
  db.stageTimes.record({ round: 0, stage: 'import', startedAtMs: Date.now() - 5000, durationMs: 4000 });
  for (let step = 1; step <= 10; step++) db.metrics.record(0, step, { loss: 5 - step / 10, supLoss: 5 - step / 10, objects: 6 });
  db.metrics.record(0, 10, { maskAp: 0.1, maskAp50: 0.3 });
  enter(db, 'train');
  return db;
}

function enter(db: RunDatabase, stage: RunContext['stage']): void {
  const context: RunContext = { ...firstContext({ rounds: 1, given: false, waits: [] }), stage };
  db.snapshots.add({ atMs: Date.now(), machineVersion: MACHINE_VERSION, state: { value: stage, context } });
}

const note = (db: RunDatabase, text: string): void =>
  db.events.add({ atMs: Date.now(), round: 0, kind: 'note', data: { kind: 'note', round: 0, level: 'warn', text } });
