import type { ComponentChildren } from 'preact';
import { Modal } from './modal.tsx';

interface ChoiceDialogProps {
  readonly title: string;
  readonly close: () => void;
  /** What can be chosen. @param choose closes the dialog, and acts */
  readonly children: (choose: (act: () => void) => void) => ComponentChildren;
}

/** Asks before something of weight; Escape and the last button leave everything as it is. */
export function ChoiceDialog({ title, close, children }: ChoiceDialogProps) {
  return (
    <Modal title={title} class="choice-dialog" closed={close}>
      {(end) => (
        <>
          <h2>{title}</h2>
          {children((act) => {
            end();
            act();
          })}
          <button type="button" onClick={end}>
            cancel
          </button>
        </>
      )}
    </Modal>
  );
}
