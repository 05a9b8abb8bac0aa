/** The red sign, with words: never by colour alone. */

import type { Room } from "@salon/client";
import { useRecording } from "../shared/context.ts";
import type { RoomState } from "../shared/wire.ts";
import { useElapsed, useRoomState } from "./now.ts";

export function RecordingPill({ state, brief, inHead }: {
  readonly state: RoomState;
  /** Only the dot and the time are shown; the word is spoken. */
  readonly brief?: boolean;
  /** The voice bar shows it too: on a phone that is enough. */
  readonly inHead?: boolean;
}) {
  const { t } = useRecording();
  const elapsed = useElapsed(state);
  const word = t(state.phase === "recording" ? "recording" : "begins");
  const classes = ["pill rec recording-pill", inHead && "in-head"].filter(Boolean).join(" ");
  return (
    <span class={classes}>
      <span class="recdot" />
      <span class={brief ? "sr" : "recording-word"}>{word}</span>
      <span class="num" aria-hidden="true">{elapsed}</span>
    </span>
  );
}

/** In the voice bar, wherever one is in the app. */
export function BarPill({ room }: { readonly room: Room }) {
  const state = useRoomState(room.id);
  return state ? <RecordingPill state={state} brief /> : null;
}
