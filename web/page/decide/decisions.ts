import type { Decision } from '../../contract/verdicts.ts';
import { Refused, write } from '../client.ts';
import { DecisionQueue, type Entry } from './decision-queue.ts';
import { signature } from './signature.ts';

/** Too many requests at once, or a server, or one before it, that cannot answer now. */
const PASSING: readonly (number | null)[] = [429, 502, 503, 504];

/** What may be otherwise in a moment; who gets no answer at all asks again. */
const mayPass = (error: Error): boolean => !(error instanceof Refused) || PASSING.includes(error.status);

/** `crypto.randomUUID` is there only where the page came by https or from this machine. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');

/** Decisions of this page on their way to the server. */
export const decisions = new DecisionQueue(
  {
    decide: ({ decision, by, key }) => write('/api/verdicts', { ...decision, ...by, key }),
    undo: (action, key) => write('/api/verdicts/undo', { action, who: signature().who, key }),
    mayPass,
    isTakenBack: (error) => error instanceof Refused && error.code === 'USAGE_ACTION_UNDONE',
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  newKey,
);

export const decide = (decision: Decision): Entry => decisions.decide(decision, signature());

// The browser asks whether to leave a page whose decisions are not written yet.
window.addEventListener('beforeunload', (event) => {
  if (decisions.pending.value > 0) event.preventDefault();
});
