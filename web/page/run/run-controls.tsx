import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunRequest } from '../../../pipeline/index.ts';
import type { LiveState } from '../../contract/run.ts';
import { write } from '../client.ts';
import { bindKeys } from '../keys.ts';
import { Problem } from '../loading.tsx';

interface RunControlsProps {
  readonly now: LiveState;
  readonly folder: string;
}

/** What was asked of the run and has not come yet, in which state it was asked, and what went wrong with asking. */
interface Asked {
  readonly request: RunRequest | null;
  readonly inState: string;
  readonly error: Error | null;
}

const NOTHING: Asked = { request: null, inState: '', error: null };
const WORDS: Readonly<Record<RunRequest, string>> = {
  pause: 'Asked to pause: it does at its next safe point.',
  stop: 'Asked to stop: it does at its next safe point.',
  'go-on': 'Asked to go on.',
};

/** Pause, go on, stop. */
export function RunControls({ now, folder }: RunControlsProps) {
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [confirms, setConfirms] = useState(false);
  const { kind } = now.state;
  const isHeld = kind === 'paused' || kind === 'waiting';
  const isOwned = kind === 'running' || isHeld;
  const standing = asked.inState === kind ? asked.request : null;
  const ask = async (request: RunRequest) => {
    try {
      await write('/api/control', { request });
      setAsked({ request, inState: kind, error: null });
    } catch (error) {
      setAsked({ ...NOTHING, error: error as Error });
    }
  };
  const pauseOrGoOn = () => void ask(kind === 'running' && standing !== 'pause' ? 'pause' : 'go-on');
  useEffect(() => {
    if (!isOwned) return;
    return bindKeys([
      { key: 'p', does: 'pause the run, or go on with it', act: pauseOrGoOn },
      { key: 's', does: 'stop the run, after a question', act: () => setConfirms(true) },
    ]);
  });
  return (
    <div class="controls">
      <fieldset class="row">
        <legend class="hidden-label">control of the run</legend>
        <button
          type="button"
          disabled={!isOwned || standing === 'stop' || kind === 'paused'}
          aria-describedby="control-why"
          onClick={() => void ask('pause')}
        >
          pause <kbd>p</kbd>
        </button>
        <button type="button" disabled={!(isHeld || standing === 'pause')} aria-describedby="control-why" onClick={() => void ask('go-on')}>
          go on
        </button>
        <button type="button" disabled={!isOwned || standing === 'stop'} aria-describedby="control-why" onClick={() => setConfirms(true)}>
          stop <kbd>s</kbd>
        </button>
        <span id="control-why" class="quiet" role="status">
          {isOwned ? standing === null ? '' : WORDS[standing] : <WhyNot kind={kind} folder={folder} />}
        </span>
      </fieldset>
      {asked.error && <Problem error={asked.error} />}
      {confirms && <StopQuestion stop={() => void ask('stop')} close={() => setConfirms(false)} />}
    </div>
  );
}

function WhyNot({ kind, folder }: { readonly kind: LiveState['state']['kind']; readonly folder: string }) {
  if (kind === 'finished') return <>The run is finished: there is nothing to pause or stop.</>;
  return (
    <>
      No process owns the run. Go on with <code>selfpaste resume {folder}</code> in a terminal.
    </>
  );
}

function StopQuestion({ stop, close }: { readonly stop: () => void; readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="stop-question">
      <h2 id="stop-question">Stop the run?</h2>
      <p>Its process ends at the next safe point. Nothing that was committed is lost; go on later with `selfpaste resume` in a terminal.</p>
      <form method="dialog" class="row">
        <button type="submit" class="main" onClick={stop}>
          stop the run
        </button>
        <button type="submit">leave it running</button>
      </form>
    </dialog>
  );
}
