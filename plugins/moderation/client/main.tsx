/** Moderation in the page: Report in the menu of a message, the queue and its log for hosts. */

import { effect } from "@preact/signals";
import { type ClientSalon, MenuItem, NavLink } from "@salon/client";
import { Cases } from "./queue/cases.ts";
import { QueuePage } from "./queue/queue_page.tsx";
import { askAbout } from "./report/report.tsx";
import { ModerationProvider } from "./shared/context.ts";
import { sayIn } from "./shared/words.ts";
import "./moderation.css";

const VIEW = "moderation.view";
const QUEUE = "/p/moderation/queue";

export default function activate(salon: ClientSalon): void {
  const t = sayIn(salon);
  const cases = new Cases(salon);
  const maySee = () => salon.may(VIEW);

  // A welcome and a changed role both bring the permissions anew: what was missed is asked for.
  effect(() => {
    if (salon.permissions.value.size > 0 && maySee()) void cases.load();
  });
  salon.on("moderation.case_changed", (change) => cases.changed(change));
  // Cases of a place that is gone are ended when the queue is asked for.
  salon.on("channel.deleted", () => void (cases.count.value > 0 && maySee() && cases.load()));

  salon.slot("message-action", ({ message }) => (
    message.author_id === salon.me.value?.id
      ? null
      : <MenuItem icon="flag" onPress={() => askAbout(salon, t, message)}>{t("report")}</MenuItem>
  ));
  salon.slot("nav", () => (
    <li>
      <NavLink
        to={QUEUE}
        icon="shield"
        count={cases.count.value}
        countLabel={t("waiting", { n: cases.count.value })}
        unread={cases.count.value > 0}
      >
        {t("nav")}
      </NavLink>
    </li>
  ), { when: maySee });
  salon.slot("page", ({ path }) => (
    <ModerationProvider value={{ salon, t, cases }}>
      <QueuePage path={path} />
    </ModerationProvider>
  ), { title: () => t("title"), when: maySee, ownHead: true });
}
