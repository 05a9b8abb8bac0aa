/** The voice bar opened, on a phone: how loud each voice is, and all switches in reach of a thumb. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Link } from "../kit/button.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { SwitchRow } from "../kit/field.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { isShutOut } from "../loudness.ts";
import { keepsScreenOn } from "../prefs.ts";
import { mayAt, shownOf } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { More } from "./participant.tsx";
import { Offered } from "./reactions.tsx";
import { leaveWithWayBack } from "./leaving.ts";
import ShareDialog from "./share.tsx";
import { Volume } from "./volume.tsx";

export default function VoiceSheet({ room, people, onClose }: {
  readonly room: Room;
  readonly people: readonly Participant[];
  readonly onClose: () => void;
}) {
  const app = useApp();
  const { voice, store } = app;
  const { world, speaking } = store;
  const mayReact = mayAt(world.value, "reaction.add", room.overwrites);
  const heard = people.filter((each) => each.may_speak && each.account_id !== world.value.me);
  const talking = speaking.value.get(room.id) ?? [];
  const [isSharing, share] = useState(false);
  const isDeaf = voice.deafened.value;
  const isMuted = voice.muted.value;
  const me = people.find((each) => each.account_id === world.value.me);
  const isIn = voice.phase.value === "in";
  return (
    <Dialog title={room.name} onClose={onClose} class="vsheet">
      {heard.length > 0 && (
        <section class="louds" aria-label={t("voice.loud")} tabIndex={0}>
          <h3 class="eyebrow" aria-hidden="true">{t("voice.loud")}</h3>
          <ul>
            {shownOf(heard, talking).map(({ account_id: id }) => (
              <Loud key={id} id={id} isTalking={talking.includes(id)} />
            ))}
            <More people={heard} />
          </ul>
        </section>
      )}
      <Link to="/settings/voice" class="mi">
        <Icon name="sliders" />
        {t("voice.settings")}
      </Link>
      {"wakeLock" in navigator && (
        <ul class="rows">
          <SwitchRow
            label={t("voice.screen_on")}
            hint={t("voice.screen_hint")}
            on={keepsScreenOn.value}
            onChange={(on) => keepsScreenOn.value = on}
          />
        </ul>
      )}
      {mayReact && isIn && <Offered room={room} />}
      <div class="tools">
        <Tool icon="down" label={t("close")} look="" onPress={onClose} />
        {me?.may_speak && (
          <Tool
            icon={isMuted ? "mic-off" : "mic"}
            label={t(isMuted ? "voice.unmute" : "voice.mute")}
            look={isMuted ? "off" : "on"}
            disabled={!isIn || me.silenced}
            onPress={() => void voice.setMuted(!isMuted)}
          />
        )}
        <Tool
          icon={isDeaf ? "ear-off" : "ear"}
          label={t(isDeaf ? "voice.undeafen" : "voice.deafen")}
          look={isDeaf ? "off" : ""}
          disabled={!isIn}
          onPress={() => void voice.setDeafened(!isDeaf)}
        />
        <Tool icon="share" label={t("voice.invite")} look="" onPress={() => share(true)} />
        <Tool
          icon="leave"
          label={t("voice.out")}
          look="leave"
          onPress={() => {
            onClose();
            leaveWithWayBack(app, room);
          }}
        />
      </div>
      {isSharing && <ShareDialog room={room} onClose={() => share(false)} />}
    </Dialog>
  );
}

function Loud({ id, isTalking }: { readonly id: string; readonly isTalking: boolean }) {
  const account = useAccount(id);
  const isHeard = isTalking && !isShutOut(id, useApp().store.privacy.value);
  const name = account?.display_name ?? "";
  return (
    <li>
      <Avatar account={account} talking={isHeard} />
      <div class="grow">
        <span class="trunc">
          <bdi>{name}</bdi>
        </span>
        <Volume accountId={id} name={name} />
      </div>
    </li>
  );
}

function Tool({ icon, label, look, disabled, onPress }: {
  readonly icon: IconName;
  readonly label: string;
  readonly look: string;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}) {
  return (
    <button
      type="button"
      class="tool"
      aria-disabled={disabled}
      onClick={() => disabled || onPress()}
    >
      <span class={`vbtn ${look}`}>
        <Icon name={icon} />
      </span>
      <span class="xs">{label}</span>
    </button>
  );
}
