/** One line of what was said; the community's emoji in it become pictures once these are here. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app/app.ts";
import type { pictured } from "./own_emoji.tsx";

const show = signal<typeof pictured | null>(null);

export function Words({ text }: { readonly text: string }) {
  const all = useApp().store.emoji.value;
  const mayHave = all.size > 0 && text.includes(":");
  useEffect(() => {
    if (mayHave) import("./own_emoji.tsx").then((m) => show.value = m.pictured, () => {});
  }, [mayHave]);
  return <>{mayHave && show.value ? show.value(text, all) : text}</>;
}
