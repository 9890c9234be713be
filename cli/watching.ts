import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import { Pace, type RunReport, runReport } from '../pipeline/index.ts';
import { print } from './print.ts';
import { watchText } from './watch-text.ts';

/**
 * Shows a run again and again, until it finished, nobody owns it any more, or the one who watches leaves (q, Ctrl-C): in a terminal in
 * place, elsewhere one page below the other, for programs one JSON document a line.
 */
export async function watchRun(folder: string, everyMs: number, json: boolean): Promise<void> {
  const view = watchView(json);
  const leave = leaving();
  const pace = new Pace();
  try {
    for (;;) {
      const report = runReport(folder);
      view.show(report, timeLeft(report, pace));
      if (report.state.kind === 'finished' || report.state.kind === 'interrupted') return;
      await pause(everyMs, undefined, { signal: leave.signal }).catch(() => {});
      if (leave.signal.aborted) return;
    }
  } finally {
    leave.close();
    view.close();
  }
}

function timeLeft({ state, progress, atMs }: RunReport, pace: Pace): number | null {
  if (progress === null || state.kind !== 'running') return null;
  pace.observe(`${state.round} ${state.stage}`, progress.done, atMs);
  return pace.leftMs(progress.total);
}

interface WatchView {
  show(report: RunReport, leftMs: number | null): void;
  close(): void;
}

function watchView(json: boolean): WatchView {
  if (json) return { show: (report) => print(JSON.stringify(report)), close: () => {} };
  if (!process.stdout.isTTY) return { show: (report, leftMs) => print(`${watchText(report, leftMs)}\n\n----`), close: () => {} };
  const live = createLogUpdate(process.stdout);
  return {
    show: (report, leftMs) => live(`${watchText(report, leftMs)}\n\nq ends the watching; the run goes on`),
    close: () => live.done(),
  };
}

interface Leaving {
  /** Aborted when the one who watches wants to leave. */
  readonly signal: AbortSignal;
  close(): void;
}

const CTRL_C = '\u0003';

/** Keys come one by one only in raw mode, in which Ctrl-C is a key like others. */
function leaving(): Leaving {
  const controller = new AbortController();
  const leave = () => controller.abort();
  const onKeys = (keys: Buffer) => {
    if (/q/i.test(keys.toString()) || keys.includes(CTRL_C)) leave();
  };
  const { stdin } = process;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, leave);
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKeys).resume();
  return {
    signal: controller.signal,
    close() {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeListener(name, leave);
      if (stdin.isTTY) stdin.setRawMode(false).removeListener('data', onKeys).pause();
    },
  };
}
