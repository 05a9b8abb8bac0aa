/** Whom to ask about a room: who leads it, or keeps rooms. What the page knows; it may be out of date. */

import { stageOf } from "../stage/stage.ts";
import type { Account, Room } from "../wire.ts";
import { isBlocked, type World } from "../world.ts";

/** The one to ask first, undefined where nobody is known: who leads it now, who is here, who is not. */
export function keeperOf(world: World, room: Room): Account | undefined {
  const leads = [stageOf(world, room)?.host_id, room.temporary ? room.opened_by : null];
  const rank = (account: Account) => {
    if (leads.includes(account.id)) return 0;
    if (!keepsRooms(world, account)) return Infinity;
    return (world.here.has(account.id) ? 1 : 2) + (account.is_owner ? 0.5 : 0);
  };
  return [...world.accounts.values()]
    .filter((account) => isAsked(world, account) && rank(account) < Infinity)
    .sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id))[0];
}

function isAsked(world: World, { id, kind, state }: Account): boolean {
  return kind === "person" && state === "active" && id !== world.me && !isBlocked(world, id);
}

function keepsRooms(world: World, { is_owner, role_ids }: Account): boolean {
  const held = role_ids.flatMap((id) => world.roles.get(id)?.permissions ?? []);
  return is_owner || held.includes("administrator") || held.includes("room.manage");
}
