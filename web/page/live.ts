import { signal } from '@preact/signals';
import type { EventLine, LivePoints, LiveState } from '../contract/run.ts';
import { Refused } from './client.ts';
import { addressOf } from './location.ts';

/** Whether the page hears of the run. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** The server was not to be had; it is tried again at `againAtMs` (Unix time). */
  | { readonly state: 'lost'; readonly againAtMs: number };

export const connection = signal<Connection>({ state: 'connecting' });
/** What was said last of the run; null before the first word. */
export const liveState = signal<LiveState | null>(null);
/** Why the server cannot look at the run, as before it has a database; null where it can. */
export const liveProblem = signal<Error | null>(null);

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** The server says something every 5 s: one that is silent for so long is gone, whatever the connection looks like. */
const SILENCE_MS = 20_000;

const listeners = { happened: new Set<(event: EventLine) => void>(), points: new Set<(points: LivePoints) => void>() };

/** Hears of each event once. @returns what ends it */
export const onHappened = (listener: (event: EventLine) => void): (() => void) => listening(listeners.happened, listener);
/** Hears of each new stretch of the curves once. @returns what ends it */
export const onPoints = (listener: (points: LivePoints) => void): (() => void) => listening(listeners.points, listener);

function listening<Listener>(all: Set<Listener>, listener: Listener): () => void {
  all.add(listener);
  return () => all.delete(listener);
}

let stream: EventSource | null = null;
let timer = 0;
let failures = 0;
/** The server's word for what this page heard last: a stream that goes on there repeats nothing and leaves nothing out. */
let heard = '';

/** Listens to the run for as long as somebody can see the page. */
export function watchRun(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) disconnect();
    else reconnect();
  });
  if (!document.hidden) connect();
}

/** Does not wait any longer for what was lost. */
export function reconnect(): void {
  failures = 0;
  connect();
}

function disconnect(): void {
  stream?.close();
  stream = null;
  window.clearTimeout(timer);
}

function connect(): void {
  disconnect();
  const opened = new EventSource(addressOf('/api/live', { after: heard }));
  stream = opened;
  hear(opened, 'happened', (event: EventLine) => tell(listeners.happened, event));
  hear(opened, 'points', (points: LivePoints) => tell(listeners.points, points));
  hear(opened, 'state', (state: LiveState) => {
    liveState.value = state;
    liveProblem.value = null;
  });
  hear(opened, 'refused', (facts: ConstructorParameters<typeof Refused>[0]) => {
    liveProblem.value = new Refused(facts);
  });
  opened.onerror = lose;
  listenForSilence();
}

function hear<Facts>(source: EventSource, name: string, take: (facts: Facts) => void): void {
  source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
    if (source !== stream) return;
    heard = lastEventId;
    failures = 0;
    if (connection.value.state !== 'open') connection.value = { state: 'open' };
    listenForSilence();
    take(JSON.parse(data) as Facts);
  });
}

function tell<Facts>(all: ReadonlySet<(facts: Facts) => void>, facts: Facts): void {
  for (const listener of all) listener(facts);
}

function listenForSilence(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(lose, SILENCE_MS);
}

/** Longer each time, and never at the same moment as all other pages of a server that comes back. */
function lose(): void {
  disconnect();
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.75 + Math.random() / 2);
  failures++;
  connection.value = { state: 'lost', againAtMs: Date.now() + waitMs };
  timer = window.setTimeout(connect, waitMs);
}
