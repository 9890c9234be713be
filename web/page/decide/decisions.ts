import type { Decision, DecisionAnswer, UndoAnswer } from '../../contract/verdicts.ts';
import { Refused, write } from '../client.ts';
import { DecisionQueue, type Entry } from './decision-queue.ts';
import { signedName } from './signature.ts';

/** What may be otherwise in a moment: nobody answers, the database is busy, too many requests at once. */
function mayPass(error: Error): boolean {
  if (!(error instanceof Refused)) return true;
  return error.code === 'ENVIRONMENT_DATABASE_BUSY' || (error.code === 'HTTP' && /\b(429|502|503|504)$/.test(error.message));
}

/** `crypto.randomUUID` is there only where the page came by https or from this machine. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');

/** Decisions of this page on their way to the server. */
export const decisions = new DecisionQueue(
  {
    decide: ({ decision, why, key }) => write<DecisionAnswer>('/api/verdicts', { ...decision, why, who: signedName(), key }),
    undo: (action, key) => write<UndoAnswer>('/api/verdicts/undo', { action, who: signedName(), key }),
    mayPass,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  newKey,
);

export const decide = (decision: Decision, why = ''): Entry => decisions.decide(decision, why);

// The browser asks whether to leave a page whose decisions are not written yet.
window.addEventListener('beforeunload', (event) => {
  if (decisions.pending.value > 0) event.preventDefault();
});
