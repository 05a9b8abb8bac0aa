/** Copying addresses: buttons that say so for a moment, where the browser lets a page copy. */

import { element } from "./elements.ts";
import type { Said } from "./words.ts";

const SAID_MS = 4_000;

export function canCopy(): boolean {
  return navigator.clipboard !== undefined; // only where the line is safe
}

/** False where the browser or its person says no. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function copyButtons(page: ParentNode, say: Said): void {
  const said = element("p", "rec-sr");
  said.setAttribute("role", "status");
  for (const press of page.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    press.hidden = !canCopy();
    press.after(said);
    press.addEventListener("click", () => void pressed(press, said, say));
  }
}

async function pressed(press: HTMLButtonElement, said: HTMLElement, say: Said): Promise<void> {
  if (!await copy(press.dataset["copy"] ?? "")) return;
  const place = press.querySelector("span");
  const before = place?.textContent ?? "";
  press.classList.add("done");
  said.textContent = say("copied");
  if (place) place.textContent = say("copied");
  setTimeout(() => {
    press.classList.remove("done");
    said.textContent = "";
    if (place) place.textContent = before;
  }, SAID_MS);
}
