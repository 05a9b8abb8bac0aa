/** What is sent: busy meanwhile, and what is refused stands at its field or before the foot. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Refusal } from "../wire.ts";
import { Button, type ButtonProps } from "./button.tsx";

interface Sent {
  readonly isBusy: boolean;
  readonly refusal: Refusal | null;
}

const Sending = createContext<Sent>({ isBusy: false, refusal: null });

/** What was refused of the field with this name. */
export function useRefused(name: string | undefined): string | undefined {
  const { refusal } = useContext(Sending);
  return name !== undefined && refusal?.field === name ? refusal.message : undefined;
}

export interface FormProps {
  /** Fails with a refusal. One that names a field stands there, if the field has its name. */
  readonly send: () => Promise<unknown>;
  readonly children: ComponentChildren;
  /** The row of buttons, with one `Submit`. */
  readonly foot: ComponentChildren;
  readonly class?: string;
}

export function Form({ send, children, foot, class: extra = "" }: FormProps) {
  const [isBusy, work] = useState(false);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const [isAtField, place] = useState(false);
  const submit = async (form: HTMLFormElement) => {
    work(true);
    refuse(null);
    try {
      await send();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      place(form.elements.namedItem(error.field ?? "") !== null);
      refuse(error);
    } finally {
      work(false);
    }
  };
  return (
    <Sending.Provider value={{ isBusy, refusal }}>
      <form
        class={`stackform ${extra}`}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        {children}
        {refusal && !isAtField && <p class="err" role="alert">{refusal.message}</p>}
        {foot}
      </form>
    </Sending.Provider>
  );
}

/** Sends the form it stands in. */
export function Submit(props: Omit<ButtonProps, "type" | "busy" | "onPress">) {
  return <Button tone="primary" {...props} type="submit" busy={useContext(Sending).isBusy} />;
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
