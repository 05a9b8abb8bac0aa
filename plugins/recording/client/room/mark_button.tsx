/**
 * While a room is recorded: a name for this moment, or for what was said up to now. Nobody in the
 * room hears anything of it. Alt and K opens it from anywhere in the page.
 */

import { Choices, IconButton, type Room, Select } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { NameDialog } from "../name_dialog.tsx";
import { useProgrammes } from "../programmes/programmes.ts";
import type { Slot } from "../programmes/wire.ts";
import { useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { RoomState, Span } from "../shared/wire.ts";
import { Stretch } from "./stretch.tsx";

const LAST_S = 360;
const DAY_S = 86_400; // more than a recording lasts
const KEY = "k";

export interface MarkProps {
  readonly room: Room;
  readonly state: RoomState;
  /** Who may make episodes of what they record. */
  readonly isMaker: boolean;
}

export function MarkButton(props: MarkProps) {
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
      {isOpen && <MarkDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

type Reach = "now" | "last" | "chapter" | "all";

function MarkDialog({ room, state, isMaker, onClose }: MarkProps & {
  readonly onClose: () => void;
}) {
  const { salon, t } = useRecording();
  const [reach, setReach] = useState<Reach>("now");
  const [openedMs] = useState(() => Date.now());
  const elapsedS = (openedMs - Date.parse(state.begun_at)) / 1_000;
  const reaches = reachesOf(elapsedS, state.marks.at(-1)?.at_s);
  const { shows, place, choosePlace } = usePlace(state, isMaker);
  const isPart = reach !== "now";
  const show = isPart ? shows.find(({ id }) => id === place.show) : undefined;
  const [part, setPart] = useState<Span>({ start_s: 0, end_s: elapsedS });
  const choose = (next: Reach) => {
    setReach(next);
    setPart({ start_s: Math.max(0, elapsedS - (reaches.get(next) ?? 0)), end_s: elapsedS });
  };
  const keep = async (title: string) => {
    // What is said while the dialog is open is not what is meant.
    const openS = (Date.now() - openedMs) / 1_000;
    const reaching = isPart
      ? {
        last_s: part.start_s === 0 ? DAY_S : part.end_s - part.start_s, // the clocks may differ
        ago_s: openS + elapsedS - part.end_s,
      }
      : { ago_s: openS };
    const into = show ? { show: show.id, slot: place.slot } : {};
    await salon.command("recording.mark", { room: room.id, title, ...reaching, ...into });
    const text = show ? t("mark_placed", { show: show.name }) : t("marked");
    salon.toast({ text, tone: "good" });
  };
  return (
    <NameDialog
      title={t("mark_title")}
      text={t("mark_text")}
      go={show ? t("mark_keep_for", { show: show.name }) : t(isPart ? "mark_keep" : "mark_go")}
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
        onChange={choose}
      />
      {isPart && (
        <Stretch
          take={state.by === salon.me.value?.id ? state.take_id : ""}
          lengthS={elapsedS}
          part={part}
          marks={state.marks}
          onChange={setPart}
        />
      )}
      {isPart && shows.length > 0 && (
        <Select
          label={t("mark_into")}
          value={place.show}
          options={[
            { value: "", label: t("mark_only") },
            ...shows.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => choosePlace({ show: id, slot: "" })}
        />
      )}
      {show && show.slots.some(isTalk) && (
        <Select
          label={t("mark_slot")}
          value={place.slot}
          options={[
            { value: "", label: t("mark_first") },
            ...show.slots.filter(isTalk).map(({ title }) => ({ value: title, label: title })),
          ]}
          onChange={(slot) => choosePlace({ show: show.id, slot })}
        />
      )}
    </NameDialog>
  );
}

/** Into whose next episode a part goes; there is none to choose for who may not use the recording. */
function usePlace(state: RoomState, isMaker: boolean) {
  const { salon } = useRecording();
  const programmes = useProgrammes();
  const [place, choosePlace] = useState({ show: "", slot: "" });
  const mayUse = isMaker &&
    (state.by === salon.me.value?.id || salon.may("server.manage"));
  useEffect(() => {
    if (mayUse) void programmes.load();
  }, [mayUse]);
  return { shows: programmes.shows.value ?? [], place, choosePlace };
}

function isTalk(slot: Slot): boolean {
  return slot.piece === null && slot.piece_title === "";
}

/** How far back each choice reaches, in seconds; those that would say the same are left out. */
function reachesOf(elapsedS: number, chapterS: number | undefined): ReadonlyMap<Reach, number> {
  const reaches = new Map<Reach, number>([["now", 0]]);
  if (elapsedS > LAST_S) reaches.set("last", LAST_S);
  if (chapterS !== undefined && elapsedS > chapterS) reaches.set("chapter", elapsedS - chapterS);
  return reaches.set("all", DAY_S); // the server knows where it began
}
