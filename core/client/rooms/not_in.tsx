/** Why a door that is seen does not open: the room is full, or it is for others. */

import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { listed, t } from "../i18n.ts";
import { Note } from "../kit/place.tsx";
import type { Room } from "../wire.ts";
import { mayAt, peopleIn, type World } from "../world.ts";
import { isHeardOutside } from "./outside.tsx";

const AskForAccess = lazily(() => import("./ask_access.tsx"), "dialog");

export function NotIn({ room }: { readonly room: Room }) {
  const { voice, store } = useApp();
  const world = store.world.value;
  if (voice.roomId.value === room.id || world.participants.get(world.me)?.room_id === room.id) {
    return null;
  }
  if (!mayAt(world, "room.join", room.overwrites)) {
    return (
      <div class="padx">
        <Note icon="lock">
          <p>{forWhom(world, room)}</p>
          <AskForAccess room={room} />
        </Note>
      </div>
    );
  }
  if (peopleIn(world, room.id).length < room.seats) return null;
  return (
    <div class="padx">
      <Note icon="users">
        {t("room.full", { n: room.seats })}{" "}
        {isHeardOutside(world, room) && (
          <a class="textlink" href={`/listen/${room.slug}`}>{t("room.full_listen")}</a>
        )}
      </Note>
    </div>
  );
}

function forWhom(world: World, room: Room): string {
  const roles = room.overwrites
    .filter(({ target, allow }) => target === "role" && allow.includes("room.join"))
    .flatMap(({ target_id }) => world.roles.get(target_id)?.name ?? []);
  return roles.length > 0 ? t("room.for", { roles: listed(roles) }) : t("room.for_others");
}
