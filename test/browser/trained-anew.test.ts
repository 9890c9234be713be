import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { T0 } from '../../db/test-database.ts';
import { runFolder } from '../../pipeline/index.ts';
import { firstContext, MACHINE_VERSION } from '../../pipeline/machine/machine.ts';
import type { SeenPicture } from '../../web/contract/training.ts';
import { type RunServer, serveRun } from '../../web/index.ts';
import { beginTraining, reverseLabeled } from '../begun-training.ts';
import { eventually, inspect, skip } from './browser.ts';
import { drawn, PICTURES } from './drawn-step.ts';

test('pictures that could not be had while the server was away come once it is back', { skip }, async (t) => {
  const { page, server, serveAgain } = await look(t, '/augmentation?round=1&step=2');
  await server.close();
  await page.getByText('(connection lost)').waitFor();
  await page.keyboard.press('j');
  await eventually(async () => assert.equal(await page.locator('.samples .problem').count(), PICTURES));
  await serveAgain();
  await drawn(page);
  assert.match(page.url(), /step=3$/);
});

test('a round that was trained anew shows its new pictures', { skip }, async (t) => {
  const { page, server, serveAgain, folder } = await look(t, '/augmentation?round=1&step=2');
  const before = await shownFiles(page);
  await server.close();
  await page.getByText('(connection lost)').waitFor();
  await reverseLabeled(runFolder(folder).trainingSet(1));
  const { url } = await serveAgain();
  const now = await Promise.all(
    Array.from({ length: PICTURES }, async (_, slot) => {
      const answer = await fetch(new URL(`/api/training/1/2/${slot}`, url));
      return ((await answer.json()) as SeenPicture).main.fileName;
    }),
  );
  assert.notDeepEqual(now, before, 'the other set has other pictures at this step');
  await eventually(async () => assert.deepEqual(await shownFiles(page), now));
});

test('where the pixels that were named are gone, the page asks what is there now', { skip }, async (t) => {
  const { page } = await look(t, '/augmentation?round=1&step=2');
  let told = 0;
  await page.route('**/api/training/1/3/0', async (route) => {
    const answer = await route.fetch();
    const seen = (await answer.json()) as SeenPicture;
    const picture = told++ === 0 ? seen.picture.replace(seen.sha256, 'dead') : seen.picture;
    await route.fulfill({ response: answer, json: { ...seen, picture } });
  });
  await page.keyboard.press('j');
  await eventually(async () => assert.equal(told, 2));
  await drawn(page);
});

/** A page that looks at a step of a training, and a server that can be away. */
async function look(t: TestContext, address: string) {
  const { folder, db } = await beginTraining(t);
  // The server says the same of a run that stands at a stage, also after it was away.
  const context = { ...firstContext({ rounds: 1, given: true, waits: [] }), stage: 'train', round: 1 } as const;
  db.snapshots.add({ atMs: T0, machineVersion: MACHINE_VERSION, state: { value: 'train', context } });
  const inspection = await inspect(folder);
  t.after(inspection.abandon);
  const page = await inspection.open(address);
  await drawn(page);
  const serveAgain = async (): Promise<RunServer> => {
    const server = await serveRun({ folder, host: '127.0.0.1', port: Number(new URL(inspection.server.url).port) });
    t.after(() => server.close());
    return server;
  };
  return { folder, page, server: inspection.server, serveAgain };
}

const shownFiles = (page: Page): Promise<string[]> => page.locator('.samples .file-name').allInnerTexts();
