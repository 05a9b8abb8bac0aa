/**
 * While a room is recorded: a name for this moment, or for what was said up to now. Nobody in the
 * room hears anything of it. Alt and K opens it from anywhere in the page.
 */

import { Choices, IconButton, type Room } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { NameDialog } from "../name_dialog.tsx";
import { useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { RoomState } from "../shared/wire.ts";

const LAST_S = 360;
const DAY_S = 86_400; // more than a recording lasts
const KEY = "k";

export function MarkButton({ room, state }: { readonly room: Room; readonly state: RoomState }) {
  const { t } = useRecording();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!event.altKey || event.key.toLowerCase() !== KEY) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <IconButton icon="flag" label={t("mark")} onPress={() => setOpen(true)} />
      {isOpen && <MarkDialog room={room} state={state} onClose={() => setOpen(false)} />}
    </>
  );
}

type Reach = "now" | "last" | "chapter" | "all";

function MarkDialog({ room, state, onClose }: {
  readonly room: Room;
  readonly state: RoomState;
  readonly onClose: () => void;
}) {
  const { salon, t } = useRecording();
  const [reach, setReach] = useState<Reach>("now");
  const [elapsedS] = useState(() => (Date.now() - Date.parse(state.begun_at)) / 1_000);
  const reaches = reachesOf(elapsedS, state.marks.at(-1)?.at_s);
  const keep = async (title: string) => {
    const lastS = reaches.get(reach);
    const reaching = lastS ? { last_s: lastS } : {};
    await salon.command("recording.mark", { room: room.id, title, ...reaching });
    salon.toast({ text: t("marked"), tone: "good" });
  };
  return (
    <NameDialog
      title={t("mark_title")}
      text={t("mark_text")}
      go={t(reach === "now" ? "mark_go" : "mark_keep")}
      icon="flag"
      onKeep={keep}
      onClose={onClose}
    >
      <Choices
        label={t("mark_reach")}
        value={reach}
        options={[...reaches].map(([value, lastS]) => ({
          value,
          label: t(`mark_${value}`),
          hint: lastS === 0
            ? stamp(elapsedS)
            : t("until_now", { at: stamp(Math.max(0, elapsedS - lastS)) }),
        }))}
        onChange={setReach}
      />
    </NameDialog>
  );
}

/** How far back each choice reaches, in seconds; those that would say the same are left out. */
function reachesOf(elapsedS: number, chapterS: number | undefined): ReadonlyMap<Reach, number> {
  const reaches = new Map<Reach, number>([["now", 0]]);
  if (elapsedS > LAST_S) reaches.set("last", LAST_S);
  if (chapterS !== undefined && elapsedS > chapterS) reaches.set("chapter", elapsedS - chapterS);
  return reaches.set("all", DAY_S); // the server knows where it began
}
