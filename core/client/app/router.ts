/** Addresses of the app, and moving between them without leaving the page. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { arrived, depth, movedWithin } from "../kit/layers.ts";

export type Route =
  | { readonly view: "home" }
  | { readonly view: "inbox"; readonly message: string | null }
  | { readonly view: "rooms" } // the list by itself, on phones
  | {
    readonly view: "channel";
    readonly slug: string;
    /** Beside it: a thread, or with an empty id the list of them. */
    readonly thread: string | null;
    readonly message: string | null;
  }
  | { readonly view: "between"; readonly id: string; readonly message: string | null }
  | { readonly view: "room"; readonly slug: string; readonly message: string | null }
  | { readonly view: "search" } // the line stands behind the question mark
  | { readonly view: "settings"; readonly topic: string }
  | { readonly view: "admin"; readonly topic: string }
  | { readonly view: "welcome"; readonly step: string } // the first steps of an owner
  | { readonly view: "plugin"; readonly plugin: string; readonly path: string }
  | { readonly view: "lost" };

export function parse(pathname: string): Route {
  const [head = "", first = "", ...rest] = pathname.split("/").slice(1).map(decoded);
  const thread = head === "c" && rest[0] === "t" ? rest[1] ?? "" : null;
  const [what, id] = thread === null ? rest : rest.slice(2);
  const message = what === "m" && id ? id : null;
  switch (head) {
    case "":
      return { view: "home" };
    case "inbox":
      return { view: "inbox", message: first || null };
    case "rooms":
      return { view: "rooms" };
    case "c":
      return first ? { view: "channel", slug: first, thread, message } : { view: "lost" };
    case "r":
      return first ? { view: "room", slug: first, message } : { view: "lost" };
    case "d":
      return { view: "between", id: first, message };
    case "search":
      return { view: "search" };
    case "settings":
      return { view: "settings", topic: first };
    case "admin":
      return { view: "admin", topic: first };
    case "welcome":
      return { view: "welcome", step: first };
    case "p":
      return { view: "plugin", plugin: first, path: pathname.slice(`/p/${first}`.length) || "/" };
    default:
      return { view: "lost" };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not ours to mend: it leads to "There is nothing here"
  }
}

/** Owns where the page is. One per page; `start` makes links and Back work. */
export class Router {
  readonly #path = signal(location.pathname + location.search);
  readonly path: ReadonlySignal<string> = this.#path;
  readonly route = computed(() => parse(this.#path.value.split("?")[0] ?? "/"));

  start(): void {
    arrived();
    addEventListener("popstate", () => this.#popped());
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  readonly navigate = (to: string, how: "push" | "replace" = "push"): void => {
    const from = this.#path.value;
    if (to === from) return;
    // the entry of a layer is no place to come back to: the new place takes it over
    if (how === "push" && depth() === 0) history.pushState({ from }, "", to);
    else history.replaceState({ from: how === "push" ? from : history.state?.from }, "", to);
    this.#arrive();
  };

  #arrive(): void {
    arrived();
    this.#path.value = location.pathname + location.search;
  }

  /** Back closes what lies on top, then goes past what was closed already, then to another place. */
  #popped(): void {
    if (location.pathname + location.search !== this.#path.value) this.#arrive();
    else if (movedWithin()) history.back();
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || !isOfApp(link)) return;
    event.preventDefault();
    const to = link.pathname + link.search;
    if (!("back" in link.dataset)) this.navigate(to);
    else if (history.state?.from === to) history.go(-1 - depth()); // as the browser's Back
    else this.navigate(to, "replace");
  }
}

/** Links that we made say so; in messages only addresses that the server cannot answer better. */
export function isOfApp(link: HTMLAnchorElement): boolean {
  if (link.origin !== location.origin) return false;
  return "app" in link.dataset || /^\/(c|r|d)\//.test(link.pathname);
}
