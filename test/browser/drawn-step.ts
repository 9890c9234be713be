import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from './browser.ts';

/** Of a step of the begun training. */
export const PICTURES = 3;

/** Waits until all pictures of a step are drawn. */
export async function drawn(page: Page): Promise<void> {
  await eventually(async () => {
    assert.equal(await page.locator('.samples li').count(), PICTURES);
    assert.equal(await page.locator('.samples').getByText('dropped:').count(), PICTURES);
    assert.equal(await page.locator('.samples .waiting').count(), 0);
  });
}
