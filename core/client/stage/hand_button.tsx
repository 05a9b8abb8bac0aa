/** A hand in the voice bar, where who speaks has a microphone; whom a host has muted has both. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { lazily } from "../app/lazily.tsx";
import { t } from "../i18n.ts";
import { VoiceButton } from "../rooms/voice_button.tsx";
import type { Room } from "../wire.ts";
import { asksAt, type StageState } from "./stage.ts";

const RaiseHand = lazily(() => import("./raise_hand.tsx"), "dialog");

export function HandButton(
  { room, stage }: { readonly room: Room; readonly stage: StageState },
) {
  const app = useApp();
  const [isAsking, ask] = useState(false);
  const isUp = asksAt(stage, app.store.world.value.me);
  const lower = () => void orToast(app.command("hand.lower", { room: room.id }));
  return (
    <>
      {isUp
        ? <VoiceButton icon="hand" label={t("hand.lower")} look="up" onPress={lower} />
        : (
          <VoiceButton
            icon="hand"
            label={t(stage.hands_open ? "hand.raise" : "hand.closed")}
            disabled={!stage.hands_open}
            onPress={() => ask(true)}
          />
        )}
      {isAsking && <RaiseHand room={room} onClose={() => ask(false)} />}
    </>
  );
}
