/** A press on a face, a name or a mention opens who it is; by keyboard the menus lead there too. */

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

/** A version of the house rules that was not agreed to is asked about once. */
function askForRules({ store, opened }: App): void {
  const { community, rulesRead } = store.world.peek();
  if (!community.rules || community.rules_version <= rulesRead || opened.peek()) return;
  if (!location.pathname.startsWith("/welcome")) opened.value = { what: "rules" };
}
