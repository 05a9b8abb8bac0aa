/**
 * What a message gets beside its words: hidden words that are uncovered by a click or a key, code in
 * colour with a button that copies it. Fetched with the first message that has either; until then
 * hidden words are not seen at all.
 */

import "../app/first.ts";
import { styledLater } from "../app/styles.ts";
import { loadWords, t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import { fill, highlighted, languageOf } from "./highlight.ts";

export async function dress(body: Element): Promise<void> {
  await Promise.all([loadWords("writing"), styledLater()]);
  body.querySelectorAll<HTMLElement>(".spoiler:not(.dressed)").forEach(cover);
  await Promise.all(
    [...body.querySelectorAll<HTMLElement>(":not(.code) > pre")].map(frame),
  );
}

/** Covers words with a button of their size: what is in it is neither seen, read out nor reached. */
function cover(spoiler: HTMLElement): void {
  const words = document.createElement("span");
  words.append(...spoiler.childNodes);
  spoiler.append(words);
  spoiler.classList.add("dressed");
  spoiler.role = "button";
  spoiler.tabIndex = 0;
  spoiler.ariaLabel = spoiler.title = t("spoiler.show");
  const uncover = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    spoiler.removeEventListener("click", uncover);
    spoiler.removeEventListener("keydown", pressed);
    for (const name of ["role", "aria-label", "title"]) spoiler.removeAttribute(name);
    spoiler.tabIndex = -1; // the focus stays where it is
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === " ") uncover(event);
  };
  spoiler.addEventListener("click", uncover);
  spoiler.addEventListener("keydown", pressed);
}

async function frame(pre: HTMLElement): Promise<void> {
  const code = pre.querySelector("code") ?? pre;
  const text = code.textContent;
  const said = /(?:^| )language-(\S+)/.exec(code.className)?.[1] ?? "";
  const box = document.createElement("div");
  const copy = document.createElement("button");
  box.className = "code";
  copy.type = "button";
  copy.className = "btn s";
  copy.textContent = t("code.copy");
  copy.addEventListener("click", () => {
    void navigator.clipboard.writeText(text);
    toast({ text: t("copied") });
  });
  pre.replaceWith(box);
  box.append(pre, copy);
  const language = languageOf(said);
  if (language) fill(code, await highlighted(text, language));
}
