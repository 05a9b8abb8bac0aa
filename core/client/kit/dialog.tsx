/** A modal question: the browser keeps the focus inside and gives it back; Escape and Back close. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { keepFocus, useLayer } from "./layers.ts";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** The title is spoken but not shown. */
  readonly quiet?: boolean;
  readonly class?: string;
}

export function Dialog({ title, onClose, children, quiet, class: extra = "" }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayer(onClose);
  useEffect(() => {
    const dialog = box.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus();
      setTimeout(keepFocus); // the opener may go together with the dialog
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`dlg ${extra}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <h2 id={titleId} class={quiet ? "sr" : "display"}>{title}</h2>
      {children}
    </dialog>
  );
}

/** The buttons at the end of a dialog; the last one is what the dialog is for. */
export function DialogFoot({ children }: { readonly children: ComponentChildren }) {
  return <div class="foot">{children}</div>;
}
