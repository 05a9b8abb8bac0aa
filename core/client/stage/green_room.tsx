/** Before a stage opens: who is asked and not here yet, and what people will find when it does. */

import "../app/first.ts";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import type { Room } from "../wire.ts";
import { leads, type StageState } from "./stage.ts";

export function GreenRoom({ room, stage, count }: {
  readonly room: Room;
  readonly stage: StageState;
  /** How many hear each other. */
  readonly count: number;
}) {
  const app = useApp();
  const mayOpen = leads(app.store.world.value, room, stage);
  return (
    <div class="green">
      <div class="grow">
        <h2 class="display">{t("stage.green_title")}</h2>
        <p class="sm muted">{t("stage.green", { n: Math.max(count, 1) })}</p>
      </div>
      {mayOpen && (
        <Button
          tone="primary"
          icon="door"
          onPress={() => void orToast(app.command("stage.open", { room: room.id }))}
        >
          {t("stage.open")}
        </Button>
      )}
      <ul class="found" aria-label={t("stage.before")}>
        <Found icon={room.to_be_recorded ? "info" : "check"}>
          {t(room.to_be_recorded ? "stage.before_recorded" : "stage.before_unrecorded")}
        </Found>
        <Found icon="hand">{t(stage.hands_open ? "stage.hands_open" : "stage.hands_closed")}</Found>
        <Found icon="text">{t(stage.chat_open ? "stage.chat_open" : "stage.chat_closed")}</Found>
        {room.is_public && <Found icon="eye">{t("stage.before_public")}</Found>}
      </ul>
    </div>
  );
}

function Found({ icon, children }: { readonly icon: IconName; readonly children: string }) {
  return (
    <li class="row sm">
      <Icon name={icon} />
      {children}
    </li>
  );
}

/** Somebody with a part who has not come in yet. */
export function Expected({ accountId }: { readonly accountId: string }) {
  const account = useAccount(accountId);
  return (
    <li class="tile expected">
      <span class="portrait">
        <Avatar account={account} size="xl" />
      </span>
      <span class="name" title={account?.display_name}>
        <bdi>{account?.display_name}</bdi>
      </span>
      <span class="xs muted">{t("stage.expected")}</span>
    </li>
  );
}
