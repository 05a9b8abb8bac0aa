/** Bots and webhooks in the administration. */

import { type ClientSalon, Tabs } from "@salon/client";
import { useState } from "preact/hooks";
import { BotsPage } from "./bots/bots_page.tsx";
import { BotsProvider, useBots } from "./shared/context.ts";
import { sayIn } from "./shared/words.ts";
import { WebhooksPage } from "./webhooks/webhooks_page.tsx";
import "./bots.css";

const MANAGE = "bots.manage";
const WEBHOOKS = "bots.webhooks";

type Half = "bots" | "webhooks";

export default function activate(salon: ClientSalon): void {
  const t = sayIn(salon);
  salon.slot("admin", () => (
    <BotsProvider value={{ salon, t }}>
      <Page />
    </BotsProvider>
  ), {
    title: () => t(salon.may(MANAGE) ? "bots" : "webhooks"),
    icon: "bot",
    when: () => salon.may(MANAGE) || salon.may(WEBHOOKS),
  });
}

/** Hosts see the webhooks only; who keeps bots sees both. */
function Page() {
  const { salon, t } = useBots();
  const mayKeepBots = salon.may(MANAGE);
  const [half, show] = useState<Half>(mayKeepBots ? "bots" : "webhooks");
  const tabs = ([["bots", mayKeepBots], ["webhooks", salon.may(WEBHOOKS)]] as const)
    .filter(([, isThere]) => isThere)
    .map(([key]) => ({ key, title: t(key) }));
  return (
    <div class="bots-page">
      {tabs.length > 1 && <Tabs label={t("tabs")} tabs={tabs} value={half} onChange={show} />}
      {half === "bots" && mayKeepBots ? <BotsPage /> : <WebhooksPage />}
    </div>
  );
}
