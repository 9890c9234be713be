import { randomUUID } from 'node:crypto';
import type { RunEvent } from '../progress.ts';
import { eventText } from './event-text.ts';
import { type RunPlace, toldFacts } from './told-event.ts';

/** Which run a notice speaks of. */
export interface NoticeSubject {
  readonly run: string;
  readonly folder: string;
}

/** What other programs are told of an event. `text` is a sentence, and the field that chat programs show. */
export interface Notice extends NoticeSubject, RunPlace {
  /** The same one whenever this is told again. */
  readonly id: string;
  readonly text: string;
  readonly event: RunEvent['kind'];
  readonly facts: Readonly<Record<string, unknown>>;
  /** ISO 8601, UTC, with ms. */
  readonly at: string;
}

/** What somebody who does not watch wants to know. */
const TOLD: ReadonlySet<RunEvent['kind']> = new Set([
  'round-finished',
  'run-finished',
  'run-stopped',
  'run-failed',
  'run-paused',
  'run-waiting',
]);

/** The notice of an event; null for one of which nobody is told. */
export function noticeOf(event: RunEvent, subject: NoticeSubject, place: RunPlace, atMs: number): Notice | null {
  if (!TOLD.has(event.kind)) return null;
  const text = `${subject.run}: ${eventText(event)}`;
  const id = randomUUID();
  return { id, text, event: event.kind, ...subject, ...place, facts: toldFacts(withoutStack(event)), at: new Date(atMs).toISOString() };
}

/** A stack is for the log: it says nothing to others, and a lot about this machine. */
function withoutStack(event: RunEvent): RunEvent {
  if (!('error' in event)) return event;
  const { code, message, hint } = event.error;
  return { ...event, error: { code, message, hint } };
}
