/**
 * A picture of each view. They are made into a folder that goes away, and looked at as far as a program can; with `SCREENSHOTS` they are
 * written there, and with `INSPECTED_RUN` they show that run: `npm run docs` makes those of the documentation.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { rle } from '../../core/index.ts';
import { keptLabels, runStatus } from '../../db/index.ts';
import { prepareLabeling } from '../labeled-pictures.ts';
import { assertEnded, lookInto, runProgram } from '../small-run.ts';
import { eventually, type Inspection, inspect, NARROW, skip, WIDE } from './browser.ts';

/** What pictures are made of: the last round that labeled, and its picture with most labels. */
interface Subject {
  readonly round: number;
  readonly image: number;
  readonly label: number;
}

interface Shot {
  readonly address: (subject: Subject) => string;
  /** As the page is called then. */
  readonly title: string;
  /** The last thing that comes. */
  readonly ready: string;
  /** What a person does there first. */
  readonly act?: (page: Page) => Promise<void>;
  /** Also on a phone, in the dark. */
  readonly phone?: boolean;
}

const ofLabel = ({ image, label, round }: Subject): string => `/image/${image}?label=${label}&round=${round}&status=kept`;

const SHOTS: Readonly<Record<string, Shot>> = {
  run: { address: () => '/', title: 'Run', ready: '.chart canvas', phone: true },
  labels: {
    address: () => '/labels?status=kept&order=least-certain',
    title: 'Labels',
    ready: '.tile canvas.shown',
    act: chooseSome,
    phone: true,
  },
  picture: { address: ofLabel, title: 'Picture', ready: '.label-facts', act: signAsAda, phone: true },
  decide: { address: ofLabel, title: 'Picture', ready: '.label-facts', act: editMask },
  policy: { address: () => '/policy?class=1&t1=0.6', title: 'Policy', ready: '.line-gallery h3' },
  compare: { address: ({ round }) => `/compare?a=${round - 1}&b=${round}&kind=shrank`, title: 'Compare', ready: '.confusion td' },
  augmentation: { address: ({ round }) => `/augmentation?round=${round}&step=1`, title: 'Augmentation', ready: '.augmentation canvas' },
};

describe('a picture of each view', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-screenshots-'));
  const out = resolve(process.env.SCREENSHOTS ?? folder);
  const run = resolve(process.env.INSPECTED_RUN ?? join(folder, 'runs/small'));
  let inspection: Inspection;
  let subject: Subject;

  before(async () => {
    mkdirSync(out, { recursive: true });
    if (process.env.INSPECTED_RUN === undefined) await makeRun(folder);
    subject = subjectOf(run);
    inspection = await inspect(run);
  });
  after(async () => {
    await inspection?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, shot] of Object.entries(SHOTS))
    it(name, async () => {
      await take(name, shot, { size: WIDE, scheme: 'light' });
      if (shot.phone) await take(`${name}-phone`, shot, { size: NARROW, scheme: 'dark' });
    });

  async function take(
    name: string,
    shot: Shot,
    options: { readonly size: typeof WIDE | typeof NARROW; readonly scheme: 'light' | 'dark' },
  ) {
    const page = await inspection.open(shot.address(subject), options);
    await page.locator(shot.ready).first().waitFor();
    await shot.act?.(page);
    await settled(page);
    assert.ok((await page.title()).startsWith(`${shot.title} · `), `${name} is called ${await page.title()}`);
    const png = await sharp(await page.screenshot())
      .png({ palette: true })
      .toBuffer();
    await assertPicture(png, options.size);
    writeFileSync(join(out, `${name}.png`), png);
    await page.close();
  }
});

/** Two rounds, the first with labels of a model that is given, which spares a training. */
async function makeRun(folder: string): Promise<void> {
  await prepareLabeling(folder);
  const settings = ['rounds=2', 'train.steps=4'].flatMap((setting) => ['--set', setting]);
  assertEnded(await runProgram(['run', '-c', join(folder, 'selfpaste.yaml'), ...settings]), 0);
}

function subjectOf(run: string): Subject {
  return lookInto(run, (db) => {
    const round = runStatus(db).rounds.findLast(({ selection }) => selection.kept > 0)?.round.index ?? assert.fail('no round kept a label');
    const [most] = [...keptLabels(db, round)].toSorted((one, other) => other.labels.length - one.labels.length);
    const predicted = most?.labels.filter((label) => label.by === 'teacher') ?? [];
    const [largest] = predicted.toSorted((one, other) => rle.area(other.mask) - rle.area(one.mask));
    assert.ok(most && largest);
    return { round, image: Number(most.image.id), label: Number(largest.id) };
  });
}

/** The name of who makes the pictures is nobody's business. */
async function signAsAda(page: Page): Promise<void> {
  await page.getByLabel('decided by').fill('ada');
  await page.locator('#main').focus();
}

/** A stroke over the object that is looked at. */
async function editMask(page: Page): Promise<void> {
  await signAsAda(page);
  await page.keyboard.press('f');
  await page.keyboard.press('e');
  const box = (await page.locator('.mask-editor canvas').boundingBox()) ?? assert.fail();
  const at = (x: number, y: number): readonly [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.4, 0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.4), { steps: 6 });
  await page.mouse.up();
}

async function chooseSome(page: Page): Promise<void> {
  await signAsAda(page);
  await page.locator('.gallery').focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
}

/** All thumbnails have come, and nothing says that it is on its way. */
const settled = (page: Page): Promise<void> =>
  eventually(async () => {
    const waiting = await page.evaluate<number>(`[
      ...[...document.images].filter(({ complete }) => !complete),
      ...document.querySelectorAll('.tile canvas:not(.shown), [aria-busy=true]'),
      ...[...document.querySelectorAll('main *')].filter(({ textContent }) => /^[a-z]+…$/.test(textContent.trim())),
    ].length`);
    assert.equal(waiting, 0, 'something is on its way');
  });

/** Text has some dozens of colours because of its smooth edges. */
const FEWEST_COLORS = 40;
/** So many pixels are enough to tell. */
const EVERY = 5;
const MOST_BYTES = 250_000;

/** Of the size of the page, small as a file, and not all of one colour. */
async function assertPicture(png: Buffer, { width, height }: typeof WIDE | typeof NARROW): Promise<void> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [width, height]);
  assert.ok(png.length < MOST_BYTES, `${png.length} bytes`);
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 3 * EVERY) {
    const color = data.readUIntBE(at, 3);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  assert.ok(counts.size > FEWEST_COLORS, `${counts.size} colours`);
  assert.ok(Math.max(...counts.values()) < (0.97 * width * height) / EVERY, 'almost all of one colour');
}
