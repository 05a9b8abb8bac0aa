/**
 * The one module that reads HTML: what the server rendered and sanitised. The page's policy
 * (`trusted-types salon`) lets nothing else do so.
 */

import { useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { isOfApp } from "../app/router.ts";
import type { World } from "../world.ts";
import type { Message } from "../wire.ts";
import { nameMentions } from "./names.ts";

interface Policy {
  createHTML(html: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const RULES: Policy = { createHTML: (html) => html };
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("salon", RULES) ?? RULES;

/** What it says, without how: for where one line of it is shown. */
function wordsOf(html: string, world: World): string {
  const box = document.createElement("template");
  box.innerHTML = policy.createHTML(html);
  for (const hidden of box.content.querySelectorAll(".spoiler")) hidden.textContent = "▒▒▒";
  nameMentions(box.content, world);
  return box.content.textContent;
}

/** A message in one line: what it says, else what it brings. */
export function lineOf({ html, files }: Message, world: World): string {
  return wordsOf(html, world).trim() ||
    files.map(({ description, name }) => description || name).join(", ");
}

export function MessageBody({ html }: { readonly html: string }) {
  const { store } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const isNaming = html.includes('class="mention"');
  const names = isNaming ? [store.accounts.value, store.roles.value, store.channels.value] : [];
  const hasEmoji = html.includes('class="emoji"');
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.innerHTML = policy.createHTML(html);
    for (const link of box.current.querySelectorAll("a")) {
      if (!isOfApp(link)) link.target = "_blank"; // the page stays, and so does one's voice
    }
    if (isNaming) nameMentions(box.current, store.world.peek());
    for (const code of box.current.querySelectorAll("pre")) code.tabIndex = 0; // it may scroll
    const body = box.current;
    if (hasEmoji) {
      void import("./own_emoji.tsx")
        .then(({ showEmoji }) => showEmoji(body, store.world.peek())).catch(() => {}); // names stay
    }
    if (body.querySelector("pre, .spoiler")) {
      void import("./dressed.ts").then(({ dress }) => dress(body)).catch(() => {}); // offline: plain
    }
  }, [html, ...names, hasEmoji && store.emoji.value]);
  return <div class="tx" dir="auto" ref={box} />;
}
