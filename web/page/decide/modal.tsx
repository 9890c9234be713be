import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ModalProps {
  readonly title: string;
  readonly class: string;
  /** It was closed, by whatever: takes it away. */
  readonly closed: () => void;
  /** @param end closes it */
  readonly children: (end: () => void) => ComponentChildren;
}

/** A dialog before everything else. It ends by being closed, not by being taken away: so the browser gives the focus back to where it was. */
export function Modal({ title, class: name, closed, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={name} aria-label={title} onClose={closed}>
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
