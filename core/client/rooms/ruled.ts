/** Who is in charge did something to my voice: it is said who did, to nobody else. */

import { useEffect } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { type App, useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import type { Participant, Room, Ruled } from "../wire.ts";

/** What the bar says as long as it lasts, and the door when it is over, is not said here. */
const SAID = {
  unsilenced: "mic",
  undeafened: "ear",
  moved: "door",
} as const;

export function useRuledSaid(): void {
  const app = useApp();
  useEffect(() => app.on("voice.ruled", (ruled: Ruled) => say(app, ruled)), []);
  useEffect(() => {
    const look = (now: Participant) => forget(app, now);
    const stops = ["participant.joined", "participant.changed"].map((told) => app.on(told, look));
    return () => stops.forEach((stop) => stop());
  }, []);
}

/** What is over was done by nobody the next time, until it is told. */
function forget(app: App, { account_id, silenced, deafened_by_host }: Participant): void {
  const { ruled, store } = app;
  if (account_id !== store.world.peek().me) return;
  ruled.value = {
    ...ruled.value,
    silenced: silenced ? ruled.value.silenced : undefined,
    deafened: deafened_by_host ? ruled.value.deafened : undefined,
  };
}

function say(app: App, one: Ruled): void {
  const { act, room_id, by_account_id } = one;
  const name = app.store.accounts.value.get(by_account_id)?.display_name;
  const isMine = by_account_id === app.store.world.peek().me;
  if (!name || isMine || !(act in SAID) || app.voice.roomId.peek() !== room_id) return;
  const said = act as keyof typeof SAID;
  toast({ text: t(`ruled.${said}`, { name }), icon: SAID[said] });
}

/** The name of who did that to me in this room, as far as this page knows. */
export function useRuler(act: Ruled["act"], room: Room): string | undefined {
  const ruled = useApp().ruled.value[act];
  const isHere = ruled?.room_id === room.id;
  return useAccount(isHere ? ruled.by_account_id : undefined)?.display_name;
}
