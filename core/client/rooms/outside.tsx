/** That who has no account may listen to a room, and how many do: everybody who is in knows it. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import type { Room } from "../wire.ts";
import type { World } from "../world.ts";

/** Whether it may be heard now, as the server judges it. */
export function isHeardOutside(world: World, room: Room): boolean {
  return world.community.public_rooms && room.is_public && !room.is_locked &&
    ["channel.view", "room.join"].every((permission) => everyoneMay(world, room, permission));
}

function everyoneMay(world: World, room: Room, permission: string): boolean {
  const everyone = world.community.everyone_role_id;
  const said = room.overwrites.find((o) => o.target === "role" && o.target_id === everyone);
  if (said?.allow.includes(permission)) return true;
  if (said?.deny.includes(permission)) return false;
  return world.roles.get(everyone)?.permissions.includes(permission) ?? false;
}

export function Outside({ room }: { readonly room: Room }) {
  const world = useApp().store.world.value;
  if (!isHeardOutside(world, room)) return null;
  const n = world.visitors.get(room.id) ?? 0;
  return (
    <p class="outside">
      <Icon name="globe" />
      <span>{n > 0 ? t("share.heard_by", { n }) : t("share.heard")}</span>
    </p>
  );
}
