/** Chromium for tests of the inspector, and what every view must keep. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { type RunServer, serveRun } from '../../web/index.ts';
import { isInstalled, launch } from './chromium.ts';

/** Why a test that needs a browser cannot run here; false where it can. */
export const skip = isInstalled ? false : 'no Chromium is installed (apt install chromium, or set CHROMIUM_PATH)';

export const WIDE = { width: 1280, height: 800 } as const;
export const NARROW = { width: 390, height: 844 } as const;

/** A run that is served, and a browser that looks at it. */
export interface Inspection {
  readonly server: RunServer;
  /** Opens an address of the page and waits until nothing is asked for any more. What the page logs as an error fails the test at its end. */
  open(address: string, options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
  /** Ends browser and server, whatever was complained of: a test that failed must not keep them. */
  abandon(): Promise<void>;
}

export interface PageOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly scheme?: 'light' | 'dark';
  /** Whether fingers are what it has to point with. */
  readonly touch?: boolean;
}

/** Serves a run's folder to a browser. */
export async function inspect(folder: string): Promise<Inspection> {
  const server = await serveRun({ folder, host: '127.0.0.1', port: 0 });
  const browser = await launch();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  const abandon = async () => {
    for (const context of contexts.splice(0)) await context.close();
    await browser.close();
    await server.close();
  };
  return {
    server,
    async open(address, { size = WIDE, scheme = 'light', touch = false } = {}) {
      const context = await browser.newContext({
        viewport: size,
        colorScheme: scheme,
        reducedMotion: 'reduce',
        hasTouch: touch,
        isMobile: touch,
      });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(`${address}: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(`${address}: ${message.text()}`);
      });
      await page.goto(new URL(address, server.url).href);
      await page.locator('main').waitFor();
      return page;
    },
    async close() {
      await abandon();
      assert.deepEqual(complaints, []);
    },
    abandon,
  };
}

/** Waits until an assertion holds: a page draws a moment after it was told. */
export async function eventually(claim: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await claim();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** Asserts what the rules of axe for WCAG 2.1 A and AA find: nothing. */
export async function assertAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger, which a page's security policy does not reach.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const rules = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(`axe.run(document, { runOnly: ${rules} })`);
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes
        .slice(0, 3)
        .map(({ target }) => target.join(' '))
        .join('; ')})`,
  );
  assert.deepEqual(told, []);
}

/** Asserts that nothing of a page lies outside its width, but in a frame that scrolls. */
export async function assertFits(page: Page): Promise<void> {
  const [content, window, wide] = await page.evaluate<[number, number, string[]]>(`[
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
    [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !element.closest('.scrolls'))
      .slice(0, 5)
      .map((element) => element.tagName + '.' + element.className),
  ]`);
  assert.ok(content <= window, `the page is ${content} px wide in a window of ${window} px: ${wide.join(', ')}`);
}
