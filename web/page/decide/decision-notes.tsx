import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../loading.tsx';
import { decisionText, labelCount } from './decision-text.ts';
import { decisions } from './decisions.ts';
import { dismiss, refusals } from './refusals.ts';
import './decide.css';

/** After that a note is in the way; the key goes on to undo. */
const NOTE_MS = 8000;

/** What became of the last decision, and what did not reach the database. Nothing here takes the focus. */
export function DecisionNotes() {
  const told = decisions.told.value;
  const [old, setOld] = useState<typeof told>(null);
  useEffect(() => {
    const timer = setTimeout(() => setOld(told), NOTE_MS);
    return () => clearTimeout(timer);
  }, [told]);
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
          The server does not answer ({away.message}). {pending === 1 ? '1 decision waits' : `${pending} decisions wait`} and will be
          written when it does: leave this page open.
        </p>
      )}
      <div class="note-line" role="status">
        {told !== null && told !== old && told.is !== 'refused' && (
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

type State = NonNullable<typeof decisions.told.value>['entry']['state']['value'];

function noteText(is: 'decided' | 'undone', text: string, state: State): string {
  if (is === 'undone') return `taken back: ${text}`;
  return state.is === 'written' && state.answer.labels !== 1 ? `${text} (${labelCount(state.answer.labels)} written)` : text;
}
