/**
 * The one module that reads HTML: what the server rendered and sanitised. The page's policy
 * (`trusted-types salon`) lets nothing else do so.
 */

import { useLayoutEffect, useRef } from "preact/hooks";
import { isOfApp } from "../app/router.ts";

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
export function wordsOf(html: string): string {
  const box = document.createElement("template");
  box.innerHTML = policy.createHTML(html);
  return box.content.textContent;
}

export function MessageBody({ html }: { readonly html: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.innerHTML = policy.createHTML(html);
    for (const link of box.current.querySelectorAll("a")) {
      if (!isOfApp(link)) link.target = "_blank"; // the page stays, and so does one's voice
    }
    for (const code of box.current.querySelectorAll("pre")) code.tabIndex = 0; // it may scroll
  }, [html]);
  return <div class="tx" dir="auto" ref={box} />;
}
