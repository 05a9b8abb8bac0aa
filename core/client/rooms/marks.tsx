/** What plugins say must be known before one speaks: at a room, or at somebody in it. */

import { useApp } from "../app/app.ts";
import type { Participant, Room } from "../wire.ts";

export function Marks({ room, person }: { readonly room: Room; readonly person?: Participant }) {
  return (
    <>
      {useApp().slots.marksOf(room, person).map((text) => (
        <span key={text} class={person ? "pill mark" : "pill rec mark"}>
          {!person && <span class="recdot" />}
          {text}
        </span>
      ))}
    </>
  );
}
