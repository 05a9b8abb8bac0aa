/** A clock for what is shown while something is recorded. */

import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import { type RoomState, STATE } from "../shared/wire.ts";

const TICK_MS = 500;

export function useRoomState(roomId: string): RoomState | undefined {
  const { salon } = useRecording();
  return salon.state<RoomState>(roomId, STATE).value;
}

/** "0:12" since the recording began, or the seconds until it does: "3". */
export function useElapsed(state: RoomState | undefined): ReadonlySignal<string> {
  const nowMs = useSignal(Date.now());
  useEffect(() => {
    if (!state) return;
    const timer = setInterval(() => nowMs.value = Date.now(), TICK_MS);
    return () => clearInterval(timer);
  }, [state?.take_id, state?.phase]);
  return useComputed(() => {
    if (!state) return "";
    const sinceS = (nowMs.value - Date.parse(state.begun_at)) / 1_000;
    if (state.phase === "recording") return stamp(sinceS);
    return String(Math.max(1, Math.ceil(-sinceS)));
  });
}
