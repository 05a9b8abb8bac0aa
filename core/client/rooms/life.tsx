/** One line of life of a room: what its kind tells, else what is true of every room. */

import type { ComponentChildren } from "preact";
import { useApp } from "../app/app.ts";
import { Boundary } from "../kit/place.tsx";
import type { Participant, Room } from "../wire.ts";

export function Life(
  { room, people, otherwise }: {
    readonly room: Room;
    readonly people: readonly Participant[];
    readonly otherwise: ComponentChildren;
  },
) {
  const Line = useApp().slots.kinds.value.get(room.kind)?.Life;
  if (!Line) return <>{otherwise}</>;
  return (
    <Boundary name={`The line of ${room.kind}`} fallback={() => otherwise}>
      <Line room={room} people={people} otherwise={otherwise} />
    </Boundary>
  );
}
