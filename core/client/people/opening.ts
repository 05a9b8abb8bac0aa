/**
 * A press on a face, a name or a mention opens who it is, also where the rest of a quote leads to its
 * message; by keyboard the menus of messages lead there too.
 */

import { effect } from "@preact/signals";
import type { App } from "../app/app.ts";
import type { Sanction } from "../wire_keeping.ts";
import { restingRoles } from "../world.ts";

const FACES = ".msg > .av, .msg .by > b, .quote > .av, .quote > b";
const MENTION = ".mention[data-account]";

export function openPeople(app: App): void {
  const open = (event: Event, id: string | undefined) => {
    if (!id) return;
    event.preventDefault();
    app.opened.value = { what: "person", id };
  };
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element) open(event, whoseIs(event.target));
  }, { capture: true }); // before the router follows a quote
  document.addEventListener("keydown", (event) => {
    const isPress = event.key === "Enter" || event.key === " ";
    if (isPress && event.target instanceof HTMLElement && event.target.matches(MENTION)) {
      open(event, event.target.dataset["account"]);
    }
  });
  askForRules(app);
  showWarnings(app);
  askForSecondStep(app);
}

/** Whose roles wait for a second step is told at each visit, and when a role begins to. */
function askForSecondStep({ store, opened, isReady }: App): void {
  let told = "";
  effect(() => {
    const waiting = restingRoles(store.world.value).map(({ id }) => id).join();
    if (!isReady.value || waiting === told) return;
    told = waiting;
    if (waiting && !location.pathname.startsWith("/settings")) {
      opened.value = { what: "second_step" };
    }
  });
}

/** A warning is shown when it comes, and at each visit until it was read. */
function showWarnings(app: App): void {
  const show = () => void (app.opened.value = { what: "warning" });
  const look = async () => {
    const { sanctions } = await app.command("sanction.own", {}) as unknown as {
      sanctions: readonly Sanction[];
    };
    if (sanctions.some(({ kind }) => kind === "warning")) show();
  };
  app.on("account.suspended", ({ kind }) => kind === "warning" && show());
  let hasLooked = false;
  effect(() => {
    if (hasLooked || !app.isReady.value) return;
    hasLooked = true;
    look().catch(() => hasLooked = false);
  });
}

/** Who is named or shown there; nobody, if something else is. */
function whoseIs(pressed: Element): string | undefined {
  const face = pressed.closest(FACES);
  const by = face?.closest(".quote")?.querySelector<HTMLElement>("[data-by]") ??
    face?.closest<HTMLElement>("[data-by]");
  return pressed.closest<HTMLElement>(MENTION)?.dataset["account"] ?? by?.dataset["by"];
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
