/** While a room is recorded: whoever listens keeps the last seconds, for a page of their own. */

import { Choices, IconButton, type Room } from "@salon/client";
import { useState } from "preact/hooks";
import { NameDialog } from "../name_dialog.tsx";
import { useRecording } from "../shared/context.ts";
import { CLIPS, type RoomState } from "../shared/wire.ts";

const REACHES = [15, 30, 60, 90] as const;
const USUAL_S = 30;

export function ClipButton({ room, state }: { readonly room: Room; readonly state: RoomState }) {
  const { t } = useRecording();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton icon="cut" label={t("clip")} opens="dialog" onPress={() => setOpen(true)} />
      {isOpen && <ClipDialog room={room} state={state} onClose={() => setOpen(false)} />}
    </>
  );
}

function ClipDialog({ room, state, onClose }: {
  readonly room: Room;
  readonly state: RoomState;
  readonly onClose: () => void;
}) {
  const { salon, t } = useRecording();
  const [openedMs] = useState(() => Date.now());
  const elapsedS = (openedMs - Date.parse(state.begun_at)) / 1_000;
  const reaches = REACHES.filter((_, number) => (REACHES[number - 1] ?? 0) < elapsedS);
  const usual = reaches.findLast((each) => each <= USUAL_S) ?? REACHES[0];
  const [reach, setReach] = useState(String(usual));
  const keep = async (title: string) => {
    // What was said while the dialog was open is not what was meant.
    const lastS = Math.min(90, Number(reach) + (Date.now() - openedMs) / 1_000);
    await salon.command("recording.clip", { room: room.id, title, last_s: lastS });
    const open = { label: t("clips_open"), run: () => salon.navigate(CLIPS) };
    salon.toast({ text: t("clip_kept"), tone: "good", action: open });
  };
  return (
    <NameDialog
      title={t("clip_title")}
      text={t("clip_text")}
      go={t("clip_go")}
      icon="cut"
      onKeep={keep}
      onClose={onClose}
    >
      <Choices
        label={t("clip_reach")}
        value={reach}
        options={reaches.map((each) => ({
          value: String(each),
          label: t("clip_last", { n: each }),
        }))}
        onChange={setReach}
      />
    </NameDialog>
  );
}
