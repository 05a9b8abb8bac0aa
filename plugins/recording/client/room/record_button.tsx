/** In a room's head: Record for those who may, and what is recorded for everybody. */

import { Button, type Room } from "@salon/client";
import { useState } from "preact/hooks";
import { attempt, mayRecord, useRecording } from "../shared/context.ts";
import { CLIP, MARK } from "../shared/wire.ts";
import { ClipButton } from "./clip_button.tsx";
import { MarkButton } from "./mark_button.tsx";
import { useRoomState } from "./now.ts";
import { RecordingPill } from "./pill.tsx";

export function RecordButton({ room }: { readonly room: Room }) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const [isBusy, setBusy] = useState(false);
  const state = useRoomState(room.id);
  const isIn = salon.store.participants.value.get(salon.me.value?.id ?? "")?.room_id === room.id;
  const ask = async (command: string) => {
    setBusy(true);
    await attempt(recording, command, { room: room.id });
    setBusy(false);
  };
  if (state) {
    return (
      <>
        {isIn && <RecordingPill state={state} inHead />}
        {isIn && state.phase === "recording" && salon.may(MARK) && (
          <MarkButton room={room} state={state} isMaker={mayRecord(recording)} />
        )}
        {isIn && state.phase === "recording" && salon.may(CLIP) && !salon.may(MARK) && (
          <ClipButton room={room} state={state} />
        )}
        {mayRecord(recording) && (
          <Button
            tone="ghost"
            busy={isBusy}
            onPress={() => void ask("recording.stop")}
          >
            <span class="recording-square" />
            <span class="recording-word">{t("stop")}</span>
          </Button>
        )}
      </>
    );
  }
  if (!isIn || !mayRecord(recording) || !library.about.value?.enabled) return null;
  return (
    <Button tone="ghost" busy={isBusy} onPress={() => void ask("recording.start")}>
      <span class="recording-dot" />
      <span class="recording-word">{t("record")}</span>
    </Button>
  );
}
