import type { SSEMessage } from 'hono/streaming';
import { curvesOf, lastStep, type RunDatabase } from '../db/index.ts';
import type { LivePoints, LiveState } from './contract/run.ts';
import { eventLine } from './event-line.ts';
import type { LiveRun } from './live-run.ts';
import type { Site } from './site.ts';
import { BATCH_FACTS, LOSSES } from './trainer-metrics.ts';

/** What a watcher was told last: an event's id, and a round and its step in the curves. */
export interface Cursor {
  readonly event: number;
  readonly round: number;
  readonly step: number;
}

/** What a watcher that was away for long is told at once. */
const MOST_EVENTS = 200;
const MOST_POINTS = 500;
/** A state that stays as it is is said again so often, for the page to know that there still is a server. */
const SAY_AGAIN_MS = 5000;

export const cursorText = ({ event, round, step }: Cursor): string => `${event}.${round}.${step}`;

/** Null for what is no cursor of ours: such a watcher begins now. */
export function parseCursor(text: string): Cursor | null {
  const [, event, round, step] = /^(\d{1,15})\.(\d{1,9})\.(\d{1,12})$/.exec(text) ?? [];
  return step === undefined ? null : { event: Number(event), round: Number(round), step: Number(step) };
}

/** What one page was told of a run, and so what is new to it. */
export class LiveWatch {
  readonly #site: Site;
  readonly #run: LiveRun;
  #cursor: Cursor | null;
  #said = { what: '', atMs: 0 };

  /** @param cursor from where on; null for what happens from now on */
  constructor(site: Site, run: LiveRun, cursor: Cursor | null) {
    this.#site = site;
    this.#run = run;
    this.#cursor = cursor;
  }

  /** Messages with the cursor behind them as id: whoever comes back with the last one misses nothing, and is told nothing twice. */
  news(): SSEMessage[] {
    const state = this.#run.look();
    return this.#site.read((db) => {
      this.#cursor ??= newest(db);
      // Events first: whoever hears that a stage ended has all that happened in it.
      return [...this.#happened(db, this.#cursor), ...this.#points(db, this.#cursor), ...this.#state(state)];
    });
  }

  #happened(db: RunDatabase, { event }: Cursor): SSEMessage[] {
    return db.events.after(event, MOST_EVENTS).map((row) => this.#message('happened', eventLine(row), { event: row.id }));
  }

  #points(db: RunDatabase, { round, step }: Cursor): SSEMessage[] {
    const newestRound = db.rounds.latest()?.index ?? 0;
    const messages: SSEMessage[] = [];
    for (let at = round; at <= newestRound; at++) {
      const points = curvesOf(db, at, { names: TOLD, after: at === round ? step : 0, points: MOST_POINTS });
      const last = points.at(-1)?.step;
      if (last !== undefined) messages.push(this.#message('points', { round: at, points } satisfies LivePoints, { round: at, step: last }));
    }
    return messages;
  }

  #state(state: LiveState): SSEMessage[] {
    const { atMs, owner, ...facts } = state;
    const what = JSON.stringify([facts, owner?.pid]);
    if (what === this.#said.what && atMs - this.#said.atMs < SAY_AGAIN_MS) return [];
    this.#said = { what, atMs };
    return [this.#message('state', state, {})];
  }

  #message(event: string, facts: unknown, reached: Partial<Cursor>): SSEMessage {
    const cursor = { ...(this.#cursor ?? NOTHING), ...reached };
    this.#cursor = cursor;
    return { event, data: JSON.stringify(facts), id: cursorText(cursor) };
  }
}

const NOTHING: Cursor = { event: 0, round: 0, step: 0 };
const TOLD = [...LOSSES, ...BATCH_FACTS];

/** Where the run is now. */
function newest(db: RunDatabase): Cursor {
  const round = db.rounds.latest()?.index ?? 0;
  return { event: db.events.latest(1)[0]?.id ?? 0, round, step: lastStep(db, round, TOLD) };
}
