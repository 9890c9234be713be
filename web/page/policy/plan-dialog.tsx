import { useEffect, useRef } from 'preact/hooks';
import { Problem } from '../loading.tsx';
import { Commands, PlanReport } from './plan-report.tsx';
import type { PolicyState, Wish } from './policy-state.ts';

/** What it means to give the run these thresholds, and the word to do it. */
export function PlanDialog({ state }: { readonly state: PolicyState }) {
  const wish = state.wish.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const ending = useRef<HTMLButtonElement>(null);
  const isOpen = wish.state !== 'none';
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);
  // The button that had the focus is gone.
  useEffect(() => {
    if (wish.state === 'written') ending.current?.focus();
  }, [wish.state]);
  return (
    <dialog ref={dialog} class="plan-dialog" aria-labelledby="plan-title" onClose={() => state.dropWish()}>
      <h2 id="plan-title">Use these thresholds for the next round</h2>
      <div aria-live="polite">
        <Told wish={wish} />
      </div>
      <div class="row">
        {canWrite(wish) && (
          <button type="button" class="main" disabled={state.isBusy.value} onClick={() => void state.use(wish.plan)}>
            write these settings
          </button>
        )}
        <button ref={ending} type="button" onClick={() => dialog.current?.close()}>
          {canWrite(wish) ? 'not now' : 'close'}
        </button>
      </div>
    </dialog>
  );
}

const canWrite = (wish: Wish): wish is Extract<Wish, { state: 'planned' }> =>
  wish.state === 'planned' && wish.plan.refusal === null && wish.plan.plan.changes.length > 0;

function Told({ wish }: { readonly wish: Wish }) {
  switch (wish.state) {
    case 'none':
      return null;
    case 'refused':
      return <Problem error={wish.error} />;
    case 'planned':
      return <PlanReport plan={wish.plan} />;
    case 'written':
      return (
        <>
          <p class="kept">The run has these thresholds now. Go on with:</p>
          <Commands commands={wish.plan.commands} />
        </>
      );
  }
}
