import { type ReactNode, useId } from 'react';
import { Modal } from './modal.tsx';

export interface DialogProps {
  readonly title: string;
  /** The name of the button that closes it. */
  readonly close: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog with a heading. */
export function Dialog({ title, close, onClose, children }: DialogProps) {
  const heading = useId();
  return (
    <Modal labelledBy={heading} onClose={onClose}>
      <header className="modal-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" onClick={onClose} aria-label={close}>
          ✕
        </button>
      </header>
      {children}
    </Modal>
  );
}
