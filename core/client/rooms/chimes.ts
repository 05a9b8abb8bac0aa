/**
 * A short wooden sound when somebody comes into the room one is in, or goes; also for oneself. None on
 * a stage, where there are many people, and for who hears nothing.
 */

import { useEffect } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { playComing, playGoing } from "../knock.ts";
import { chimes } from "../prefs.ts";
import { peopleIn } from "../world.ts";
import { STAGE } from "../wire.ts";

const PEOPLE_MAX = 15;

export function useChimes(): void {
  const app = useApp();
  useEffect(() => {
    const chime = (play: () => Promise<void>) => (place: { readonly room_id: string }) => {
      if (place.room_id === app.voice.roomId.peek() && isHeard(app)) void play();
    };
    let wasIn = false;
    const stops = [
      app.on("participant.joined", chime(playComing)),
      app.on("participant.left", chime(playGoing)),
      app.voice.phase.subscribe((phase) => {
        if (phase === "in" && !wasIn && isHeard(app)) void playComing();
        wasIn = phase === "in" || phase === "reconnecting";
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [app]);
}

function isHeard({ voice, store }: App): boolean {
  const room = store.rooms.peek().get(voice.roomId.peek() ?? "");
  return chimes.peek() && !voice.deafened.peek() && voice.phase.peek() === "in" &&
    room !== undefined && room.kind !== STAGE &&
    peopleIn(store.world.peek(), room.id).length <= PEOPLE_MAX;
}
