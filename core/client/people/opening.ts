/** A press on a face, a name or a mention opens who it is; by keyboard the menus lead there too. */

import { effect } from "@preact/signals";
import type { App } from "../app/app.ts";

const FACES = ".msg > .av, .msg .by > b";

export function openPeople(app: App): void {
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    const id = target.closest<HTMLElement>(".mention[data-account]")?.dataset["account"] ??
      (target.closest(FACES)?.closest<HTMLElement>("[data-by]")?.dataset["by"]);
    if (id) app.opened.value = { what: "person", id };
  });
  askForRules(app);
}

/** A version of the house rules that was not agreed to is asked about once, also while one is here. */
function askForRules({ store, opened, isReady }: App): void {
  let asked = 0;
  effect(() => {
    const { community: { rules, rules_version: version }, rulesRead } = store.world.value;
    if (!isReady.value || !rules || version <= Math.max(rulesRead, asked)) return;
    if (location.pathname.startsWith("/welcome")) return;
    asked = version;
    opened.value = { what: "rules" };
  });
}
