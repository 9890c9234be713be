import type { EventRow } from '../db/index.ts';
import { eventLevel, eventText, type RunEvent } from '../pipeline/index.ts';
import type { EventLine } from './contract/run.ts';

/** What the database has beside the events of a run at work, in words. */
const OTHERS: Readonly<Record<string, (data: Readonly<Record<string, unknown>>) => string>> = {
  'run-forked': ({ who, data }) => `begun by ${who} as a fork of another run${data === 'again' ? ', with its data read again' : ''}`,
  'settings-changed': ({ who }) => `settings were changed by ${who}`,
  backend: ({ version, threads, why }) => `trains with ${version}, ${threads} thread(s): ${why}`,
};

/** An event for people. */
export function eventLine({ id, atMs, round, kind, data }: EventRow): EventLine {
  const other = OTHERS[kind];
  if (other !== undefined) return { id, atMs, round, kind, level: 'info', text: other(data as Readonly<Record<string, unknown>>) };
  const event = data as RunEvent;
  // Another version may have written what this one has no words for.
  return { id, atMs, round, kind, level: eventLevel(event), text: eventText(event) ?? kind };
}
