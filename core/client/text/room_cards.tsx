/** Under a message with links to rooms of ours: the rooms as they are now, for who may see them. */

import type { ComponentType } from "preact";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import type { Room } from "../wire.ts";
import { leadsTo } from "./cards.ts";

const SHOWN_MAX = 3;

export interface RoomCardsProps {
  readonly html: string;
  /** What the sidebar shows: handed in, since what is fetched here would be cut out of the app. */
  readonly Card: ComponentType<{ readonly room: Room }>;
}

export function RoomCards({ html, Card }: RoomCardsProps) {
  const bySlug = new Map([...useApp().store.rooms.value.values()].map((room) => [room.slug, room]));
  const found = new Set(leadsTo(html).map((slug) => bySlug.get(slug)));
  found.delete(undefined);
  const rooms = [...found].slice(0, SHOWN_MAX) as Room[];
  if (rooms.length === 0) return null;
  return (
    <ul class="room-cards" aria-label={t("card.rooms")}>
      {rooms.map((room) => (
        <li key={room.id}>
          <Card room={room} />
        </li>
      ))}
    </ul>
  );
}
