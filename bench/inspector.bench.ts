import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { peakRssMb, quantile } from './harness.ts';
import { jumpTimes, reviewTimes, scrollTimes, withPage } from './inspector-page.ts';
import { makeInspectorRun } from './inspector-run.ts';
import { type Finding, finding, type SubjectReport } from './report.ts';
import { PROGRAM, serve } from './served-run.ts';
import type { BenchTask } from './task.ts';

/** A round's labels are a quarter of the predictions of four rounds. */
const MANY_LABELS = 4_000_000;
const FEW_LABELS = 20_000;

/** The inspector in a browser: from a key to the next label, a gallery that scrolls, and what watching takes. */
export async function benchInspector(task: BenchTask): Promise<SubjectReport> {
  const predictions = task.predictions ?? (task.quick ? FEW_LABELS : MANY_LABELS);
  const folder = await makeInspectorRun(task.inputs, { seed: task.seed, predictions });
  const server = await serve(folder);
  const looked = await withPage((page) => look(page, server.url, task.quick)).finally(() => server.close());
  const watched = await watchedRun(task.quick);
  return {
    subject: 'inspector',
    notes: [
      `the last of four rounds has ${(predictions / 4).toLocaleString('en')} labels; pictures of 640 x 480 px`,
      'the browser has no graphics card here and draws on the same cores as the server',
      'a key press is timed to the frame that shows the next label on its picture',
    ],
    trials: [],
    findings: [...(looked?.findings ?? [NO_BROWSER]), watched],
    facts: looked?.facts ?? {},
    peakRssMb: peakRssMb(),
  };
}

const NO_BROWSER: Finding = { kind: 'absent', name: 'the inspector in a browser', reason: 'no Chromium is installed' };

type Measured = Pick<SubjectReport, 'findings' | 'facts'>;

async function look(page: Page, url: string, quick: boolean): Promise<Measured> {
  const calm = await reviewTimes(page, url, quick ? 5 : 60, 1000);
  const fast = await reviewTimes(page, url, quick ? 5 : 60, 250);
  const frames = await scrollTimes(page, url, quick ? 60 : 600);
  const jumps = await jumpTimes(page, [0.5, 0.25, 0.9, 0.1, 0.7]);
  return {
    findings: [
      finding('key to the next label, one a second, p95', quantile(calm, 0.95), 'ms', 'at most', 50),
      finding('key to the next label, four a second, p95', quantile(fast, 0.95), 'ms', 'at most', 50),
      finding('frames of the gallery while it scrolls, p95', quantile(frames, 0.95), 'ms', 'at most', 34),
    ],
    facts: {
      'key to the next label, one a second': spread(calm),
      'key to the next label, four a second': spread(fast),
      'frames of the gallery': spread(frames),
      'a jump in the gallery, until all is drawn': spread(jumps),
    },
  };
}

/** What the server takes of one core while somebody watches a run from its beginning to its end. */
async function watchedRun(quick: boolean): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-watched-'));
  try {
    const share = await watchedShare(folder, quick ? 10 : 300);
    const name = 'server of a run that is watched';
    if (share === undefined) return { kind: 'absent', name, reason: 'this system does not tell the CPU time of a process' };
    return finding(name, 100 * share, '% of a core', 'at most', 5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watchedShare(folder: string, steps: number): Promise<number | undefined> {
  const run = spawn(process.execPath, [PROGRAM, 'demo', folder, '--set', `train.steps=${steps}`], { stdio: 'ignore' });
  const ended = once(run, 'exit');
  const runFolder = join(folder, 'runs/demo');
  while (!existsSync(join(runFolder, 'selfpaste.db')) && run.exitCode === null) await setTimeout(50);
  const server = await serve(runFolder);
  try {
    const live = await fetch(`${server.url}api/live`);
    const [before, startMs] = [server.cpuMs(), performance.now()];
    // Read to its end, which closing the server is, so that nothing waits to be sent.
    const read = live.text().catch(() => '');
    await ended;
    const after = server.cpuMs();
    void read;
    return before === undefined || after === undefined ? undefined : (after - before) / (performance.now() - startMs);
  } finally {
    await server.close();
  }
}

const spread = (values: readonly number[]): string =>
  `median ${quantile(values, 0.5).toFixed(0)} ms, p95 ${quantile(values, 0.95).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`;
