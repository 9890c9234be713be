import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ChoiceDialogProps {
  readonly title: string;
  readonly close: () => void;
  /** What can be chosen; its buttons close the dialog. */
  readonly children: ComponentChildren;
}

/** Asks before something of weight; Escape and the last button leave everything as it is. */
export function ChoiceDialog({ title, close, children }: ChoiceDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="choice-dialog" aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
      <button type="button" onClick={close}>
        cancel
      </button>
    </dialog>
  );
}
