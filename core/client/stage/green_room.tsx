/** Before a stage opens: who is ready, and what people will find when it does. */

import "../app/first.ts";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { Slot } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import type { Participant, Room } from "../wire.ts";
import { stateKey, type World } from "../world.ts";
import type { StageState } from "./stage.ts";

export function GreenRoom(
  { room, stage }: { readonly room: Room; readonly stage: StageState },
) {
  const { voice, store } = useApp();
  const nameOf = (id: string) => store.accounts.value.get(id)?.display_name ?? "";
  return (
    <div class="green-room">
      <div class="green">
        <div class="grow">
          <h2 class="display">{t("stage.before")}</h2>
          <p class="sm muted">{t("stage.green")}</p>
        </div>
        <Waiting room={room} />
        <ul class="found" aria-label={t("stage.before")}>
          {[...voice.line.value.quiet].map(([id, n]) => (
            <Found key={id} icon="warn">
              {id === store.world.value.me
                ? t("stage.quieter_you", { n })
                : t("stage.quieter", { name: nameOf(id), n })}
            </Found>
          ))}
          <Found icon={room.to_be_recorded ? "info" : "check"}>
            {t(room.to_be_recorded ? "stage.before_recorded" : "stage.before_unrecorded")}
          </Found>
          <Found icon="hand">
            {t(stage.hands_open ? "stage.hands_open" : "stage.hands_closed")}
          </Found>
          <Found icon="text">{t(stage.chat_open ? "stage.chat_open" : "stage.chat_closed")}</Found>
          {room.is_public && <Found icon="eye">{t("stage.before_public")}</Found>}
        </ul>
      </div>
      <Slot place="green-room" props={{ room }} room={room} />
    </div>
  );
}

/** How many wait for a stage to open. */
function waitingAt(world: World, room: Room): number {
  const waiting = world.roomStates.get(stateKey(room.id, "waiting")) as
    | { readonly count: number }
    | null
    | undefined;
  return waiting?.count ?? 0;
}

/** How many others would come in. */
export function Waiting({ room }: { readonly room: Room }) {
  const n = waitingAt(useApp().store.world.value, room);
  return (
    <p class="stage-waits sm semi" role="status">
      {n > 0 && t("stage.waiting", { n })}
    </p>
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

/** Whether somebody is to be heard, as well as that is known. */
export function Readiness({ person }: { readonly person: Participant }) {
  const isQuiet = useApp().voice.line.value.quiet.has(person.account_id);
  if (!person.connected) return null;
  return (
    <span class={isQuiet ? "pill warn" : "pill ok"}>
      {t(isQuiet ? "stage.quiet" : "stage.ready")}
    </span>
  );
}

/** Somebody with a part who has not come in yet. */
export function Expected({ accountId }: { readonly accountId: string }) {
  const account = useAccount(accountId);
  return (
    <li class="tile gone expected">
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
