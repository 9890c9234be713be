import { join } from 'node:path';
import type { Emit, RunEvent } from '../progress.ts';
import type { RunFolder } from '../run-folder.ts';
import { type EventLevel, eventLevel, eventText } from './event-text.ts';
import { LogFile, type LogRoom } from './log-file.ts';
import { NOWHERE, placeOf, type RunPlace, toldFacts } from './told-event.ts';

/** A line of a run's log. */
export interface LogLine extends RunPlace {
  /** ISO 8601, UTC, with ms. */
  readonly at: string;
  readonly level: EventLevel;
  readonly run: string;
  readonly event: RunEvent['kind'];
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

const ROOM: LogRoom = { bytes: 5_000_000, files: 5 };
/** A log is read afterwards: progress once a minute shows where a run was slow. */
const PROGRESS_MS = 60_000;

/**
 * A sink that keeps a run's log, `logs/run.ndjson`, and hands every event on. A log that cannot be written never stops its run:
 * that is told once, as a note.
 * @param run the run's name
 */
export function logging(folder: RunFolder, run: string, emit: Emit, room: LogRoom = ROOM): Emit {
  const file = new LogFile(join(folder.path, 'logs', 'run.ndjson'), room);
  let place = NOWHERE;
  let progressMs = Number.NEGATIVE_INFINITY;
  let refused = false;
  const add = (event: RunEvent, atMs: number): void => {
    try {
      file.add(JSON.stringify(logLine(event, run, place, atMs)));
    } catch (error) {
      if (!refused) emit(refusal(error));
      refused = true;
    }
  };
  return (event) => {
    const atMs = Date.now();
    place = placeOf(event, place);
    const seldom = event.kind !== 'progress' || Math.abs(atMs - progressMs) >= PROGRESS_MS;
    if (seldom) add(event, atMs);
    if (seldom && event.kind === 'progress') progressMs = atMs;
    emit(event);
  };
}

function logLine(event: RunEvent, run: string, place: RunPlace, atMs: number): LogLine {
  const at = new Date(atMs).toISOString();
  return { at, level: eventLevel(event), run, ...place, event: event.kind, message: eventText(event), facts: toldFacts(event) };
}

function refusal(error: unknown): RunEvent {
  const text = `the log cannot be written: ${(error as Error).message}; the run goes on without it, its events are in the database`;
  return { kind: 'note', round: null, level: 'warn', text };
}
