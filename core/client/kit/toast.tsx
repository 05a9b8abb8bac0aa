/** Short news at the edge of the page. They go by themselves and never take the focus. */

import { signal } from "@preact/signals";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

const SHOWN_MS = 5_000;
const TO_ACT_MS = 8_000;
const SHOWN_MAX = 3;

export interface Toast {
  readonly text: string;
  readonly icon?: IconName;
  readonly tone?: "good" | "bad";
  /** One thing to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

const shown = signal<readonly (Toast & { readonly key: number })[]>([]);
let nextKey = 0;

export function toast(news: Toast): void {
  const key = nextKey++;
  shown.value = [...shown.value, { ...news, key }].slice(-SHOWN_MAX);
  setTimeout(() => dismiss(key), news.action ? TO_ACT_MS : SHOWN_MS);
}

function dismiss(key: number): void {
  shown.value = shown.value.filter((one) => one.key !== key);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((one) => (
        <div key={one.key} class={one.tone === "bad" ? "toast bad" : "toast"}>
          <span class="mark">
            <Icon name={one.icon ?? (one.tone === "bad" ? "warn" : "check")} />
          </span>
          <span class="grow">{one.text}</span>
          {one.action && (
            <Button
              size="s"
              onPress={() => {
                dismiss(one.key);
                one.action?.run();
              }}
            >
              {one.action.label}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
