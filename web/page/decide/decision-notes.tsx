import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../client.ts';
import { Problem } from '../loading.tsx';
import type { Entry } from './decision-queue.ts';
import { decisionText, labelCount } from './decision-text.ts';
import { decisions } from './decisions.ts';
import { objection } from './objection.ts';
import { dismiss, refusals } from './refusals.ts';
import './decide.css';

/** After that a note is in the way; the key goes on to undo. */
const NOTE_MS = 8000;

/** What became of the last decision, and what did not reach the database. Nothing here takes the focus. */
export function DecisionNotes() {
  const told = useFresh(decisions.told.value);
  const objected = useFresh(objection.value);
  const away = decisions.away.value;
  const pending = decisions.pending.value;
  return (
    <div class="decision-notes">
      {refusals.value.map(({ key, text, error }) => (
        <div key={key} class="note refused">
          <strong>{text}</strong>
          <Problem error={error} />
          <button type="button" onClick={() => dismiss(key)}>
            dismiss
          </button>
        </div>
      ))}
      {away !== null && (
        <p class="note warn" role="alert">
          {away instanceof Refused ? 'The server cannot write now' : 'The server does not answer'} ({away.message}).{' '}
          {pending === 1 ? '1 decision waits' : `${pending} decisions wait`} and will be written when it can: leave this page open.
        </p>
      )}
      <div class="note-line" role="status">
        {objected !== null && <div class="note">{objected.text}</div>}
        {told !== null && told.is !== 'refused' && (
          <div class="note">
            <span>{noteText(told.is, decisionText(told.entry.decision), told.entry.state.value)}</span>
            {told.is === 'decided' && (
              <button type="button" onClick={() => decisions.undo(told.entry)}>
                undo <kbd>u</kbd>
              </button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

/** What was told, as long as it is no old news. */
function useFresh<Told>(told: Told): Told | null {
  const [old, setOld] = useState<Told | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setOld(() => told), NOTE_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return told === old ? null : told;
}

type State = Entry['state']['value'];

function noteText(is: 'decided' | 'undone', text: string, state: State): string {
  if (is === 'undone') return `taken back: ${text}`;
  return state.is === 'written' && state.answer.labels !== 1 ? `${text} (${labelCount(state.answer.labels)} written)` : text;
}
