import { relative } from 'node:path';
import process from 'node:process';
import { createLogUpdate } from 'log-update';
import { type Emit, eventLevel, eventText, type RunEvent } from '../pipeline/index.ts';
import { bar } from './bar.ts';
import { duration, printable } from './print.ts';

/** How a run's events are shown: one live line in a terminal, plain lines elsewhere, NDJSON for programs. */
export interface ProgressView {
  readonly emit: Emit;
  /** Ends the live line. */
  close(): void;
}

export function progressView(json: boolean): ProgressView {
  if (json) return { emit: (event) => process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...event })}\n`), close: () => {} };
  return process.stderr.isTTY ? new TerminalView() : new PlainView();
}

type ProgressEvent = Extract<RunEvent, { kind: 'progress' }>;
/** A log is read later: a line now and then is enough. */
const PLAIN_INTERVAL_MS = 10_000;

/** Everything told stays above; below it one line moves. */
class TerminalView implements ProgressView {
  readonly #live = createLogUpdate(process.stderr);
  readonly #clock = new StageClock();

  readonly emit = (event: RunEvent): void => {
    this.#clock.observe(event);
    if (event.kind === 'progress') {
      this.#live(liveLine(event, this.#clock));
      return;
    }
    this.#live.clear();
    const line = eventLine(event);
    if (line !== null) process.stderr.write(`${line}\n`);
    // The shell may have its turn now, and wants its cursor.
    if (event.kind === 'run-paused') this.#live.done();
  };

  close(): void {
    this.#live.clear();
    this.#live.done();
  }
}

class PlainView implements ProgressView {
  readonly #clock = new StageClock();
  #lastMs = 0;

  readonly emit = (event: RunEvent): void => {
    this.#clock.observe(event);
    if (event.kind !== 'progress') {
      const line = eventLine(event);
      if (line !== null) process.stderr.write(`${line}\n`);
      return;
    }
    if (Date.now() - this.#lastMs < PLAIN_INTERVAL_MS) return;
    this.#lastMs = Date.now();
    process.stderr.write(`${progressText(event, this.#clock)}\n`);
  };

  close(): void {}
}

/** When the stage began and what was ahead of it, for the time left; and the best AP so far. */
class StageClock {
  startedMs = Date.now();
  firstAhead: number | null = null;
  best: number | null = null;
  #unit: ProgressEvent['unit'] | null = null;

  observe(event: RunEvent): void {
    if (event.kind === 'stage-started') {
      this.startedMs = Date.now();
      this.firstAhead = null;
    }
    // A validation in the middle of a training counts pictures, and steps go on from where they were.
    if (event.kind === 'progress' && (this.firstAhead === null || this.#unit !== event.unit)) {
      this.firstAhead = aheadOf(event);
      this.#unit = event.unit;
      this.startedMs = Date.now();
    }
    if (event.kind === 'measured' && typeof event.facts.maskAp === 'number') this.best = Math.max(this.best ?? 0, event.facts.maskAp);
  }

  /** Null before there is anything to tell it from. */
  leftMs(event: ProgressEvent): number | null {
    const ahead = aheadOf(event);
    const made = (this.firstAhead ?? ahead) - ahead;
    return made > 0 ? ((Date.now() - this.startedMs) / made) * ahead : null;
  }
}

/** What takes time: pictures that are taken over take none. */
const aheadOf = ({ done, total, facts: { toDetect } }: ProgressEvent): number => (typeof toDetect === 'number' ? toDetect : total - done);

function liveLine(event: ProgressEvent, clock: StageClock): string {
  const [head, tail] = progressParts(event, clock);
  return `${head} ${bar(event.done, event.total)} ${tail}`;
}

const progressText = (event: ProgressEvent, clock: StageClock): string => progressParts(event, clock).join(' ');

function progressParts(event: ProgressEvent, clock: StageClock): [head: string, tail: string] {
  const { round, stage, done, total, unit, facts } = event;
  const leftMs = clock.leftMs(event);
  const tail = [
    `${done}/${total} ${unit}`,
    typeof facts.rate === 'number' ? `${facts.rate.toFixed(1)}/s` : '',
    typeof facts.loss === 'number' ? `loss ${facts.loss.toFixed(3)}` : '',
    typeof facts.predictions === 'number' ? `${facts.predictions} predictions` : '',
    clock.best === null ? '' : `best mask AP ${clock.best.toFixed(3)}`,
    leftMs === null ? '' : `${duration(leftMs)} left`,
  ];
  return [`round ${round} ${stage.padEnd(8)}`, tail.filter(Boolean).join('  ')];
}

/** Told by progress lines, or by the command itself. */
const SILENT: ReadonlySet<RunEvent['kind']> = new Set(['stage-started', 'progress', 'run-failed']);

/** Null for what is not told in a line of its own. */
function eventLine(event: RunEvent): string | null {
  if (SILENT.has(event.kind)) return null;
  const near = event.kind === 'run-stopped' ? { ...event, folder: relative('.', event.folder) || '.' } : event;
  return `${margin(event)}${printable(eventText(near))}`;
}

function margin(event: RunEvent): string {
  if (eventLevel(event) === 'warn') return 'warning: ';
  return event.kind === 'note' ? '  ' : '';
}
