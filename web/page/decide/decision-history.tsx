import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RecentAction } from '../../contract/verdicts.ts';
import { Problem } from '../loading.tsx';
import { ActionList } from './action-list.ts';
import { editing } from './editing.ts';
import { Modal } from './modal.tsx';
import { useKeys } from './use-keys.ts';
import './decide.css';

/** What people decided, here and elsewhere, behind a button and a key. */
export function DecisionHistory() {
  const [isOpen, setOpen] = useState(false);
  const open = () => editing.value === null && setOpen(true);
  useKeys([{ key: 'h', does: 'what was decided', act: open }]);
  return (
    <>
      <button type="button" onClick={open}>
        history <kbd>h</kbd>
      </button>
      {isOpen && <HistoryDialog close={() => setOpen(false)} />}
    </>
  );
}

function HistoryDialog({ close }: { readonly close: () => void }) {
  const list = useMemo(() => new ActionList(), []);
  useEffect(() => void list.renew(), []);
  const problem = list.problem.value;
  return (
    <Modal title="what was decided" class="decision-history" closed={close}>
      {(end) => (
        <>
          <h2>what was decided</h2>
          {problem !== null && <Problem error={problem} />}
          <Actions list={list} />
          <div class="row">
            <button type="button" onClick={end}>
              close
            </button>
            {list.known.value?.more && (
              <button type="button" onClick={() => void list.older()}>
                older
              </button>
            )}
          </div>
        </>
      )}
    </Modal>
  );
}

function Actions({ list }: { readonly list: ActionList }) {
  const known = list.known.value;
  if (known === null) return list.problem.value === null ? <p class="quiet">loading…</p> : null;
  if (known.actions.length === 0) return <p class="quiet">Nobody decided anything yet.</p>;
  return (
    <ol aria-label="actions, the newest first" aria-busy={list.busy.value}>
      {known.actions.map((action) => (
        <Action key={action.id} action={action} list={list} />
      ))}
    </ol>
  );
}

interface ActionProps {
  readonly action: RecentAction;
  readonly list: ActionList;
}

function Action({ action: { id, who, why, subject, what, atMs, state }, list }: ActionProps) {
  const refusal = list.refusal.value;
  return (
    <li class={state.is}>
      <p>
        <strong>{what === '' ? 'nothing' : what}</strong> <span class="about">about {subject}</span>
      </p>
      <p class="quiet">
        action {id} by {who}, <Moment atMs={atMs} />
        {why !== '' && `: ${why}`}
      </p>
      {state.is === 'done' ? (
        <button
          type="button"
          class="take-back"
          aria-label={`take back action ${id}`}
          aria-disabled={list.busy.value}
          onClick={() => void list.takeBack(id)}
        >
          take back
        </button>
      ) : (
        <p class="quiet">
          taken back by {state.by}, <Moment atMs={state.atMs} />
        </p>
      )}
      {refusal?.action === id && <Problem error={refusal.error} />}
    </li>
  );
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const Moment = ({ atMs }: { readonly atMs: number }) => <time dateTime={new Date(atMs).toISOString()}>{MOMENT.format(atMs)}</time>;
