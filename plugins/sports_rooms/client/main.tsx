/** Sports rooms in the page: the scoreboard of a match, what happened in it, and keeping its score. */

import { type ClientSalon, NavLink, type Room } from "@salon/client";
import type { ComponentChildren } from "preact";
import { Keeper } from "./keeper/keeper.ts";
import { KeeperPage } from "./keeper/keeper_page.tsx";
import { MatchesPage } from "./keeper/matches_page.tsx";
import { Board } from "./room/board.tsx";
import { KeepLink } from "./room/keep_link.tsx";
import { MatchLife } from "./room/life.tsx";
import { MatchPanel } from "./room/panel.tsx";
import { KEEP_SCORE, KIND, Matches, SportsProvider } from "./shared/context.ts";
import { nameOf } from "./shared/match.ts";
import type { Goal } from "./shared/shapes.ts";
import { facts } from "./shared/telling.ts";
import { sayIn } from "./shared/words.ts";
import "./sports_rooms.css";

const MATCHES = "/p/sports_rooms/matches";
const KEEP = /^\/keep\/([^/]+)$/;

export default function activate(salon: ClientSalon): void {
  const t = sayIn(salon);
  const matches = new Matches(salon);
  const keepers = new Map<string, Keeper>();
  const keeperOf = (roomId: string) => {
    const known = keepers.get(roomId) ?? new Keeper(salon, roomId);
    keepers.set(roomId, known);
    return known;
  };
  const sports = { salon, t, matches, keeperOf };
  const within = (children: ComponentChildren) => (
    <SportsProvider value={sports}>{children}</SportsProvider>
  );
  const isMatch = ({ room }: { readonly room?: Room }) => room?.kind === KIND;
  const mayKeep = () => salon.may(KEEP_SCORE);

  salon.roomKind(KIND, { icon: "ball", Life: (props) => within(<MatchLife {...props} />) });
  salon.slot("room-header", ({ room }) => within(<Board room={room} />), { when: isMatch });
  salon.slot("room-panel", ({ room }) => within(<MatchPanel room={room} />), {
    title: () => t("kind"),
    when: isMatch,
  });
  salon.slot("room-action", ({ room }) => within(<KeepLink room={room} />), {
    when: (props) => isMatch(props) && mayKeep(),
  });
  salon.slot("nav", () => (
    <li>
      <NavLink to={MATCHES} icon="ball">{t("matches")}</NavLink>
    </li>
  ), {
    when: mayKeep,
  });
  salon.slot("page", ({ path }) => {
    const slug = KEEP.exec(path)?.[1];
    if (slug === undefined) return within(<MatchesPage />);
    return within(<KeeperPage room={matchAt(salon, slug)} />);
  }, { title: () => t("matches"), ownHead: true });
  salon.on("sports_rooms.goal", (goal: Goal) => {
    if (matches.celebrates(goal) && isElsewhere(salon, goal)) {
      const team = nameOf(goal, goal.moment.side);
      salon.toast({ text: t("goal_toast", { team, ...facts(goal) }), icon: "ball" });
    }
  });
}

function matchAt(salon: ClientSalon, slug: string): Room | undefined {
  const rooms = [...salon.store.rooms.value.values()];
  return rooms.find((room) => room.kind === KIND && encodeURIComponent(room.slug) === slug);
}

/** Whether the person sits in the room of the match and looks at something else. */
function isElsewhere(salon: ClientSalon, goal: Goal): boolean {
  const room = salon.store.rooms.value.get(goal.room_id);
  const mine = salon.store.participants.value.get(salon.me.value?.id ?? "");
  if (!room || mine?.room_id !== room.id) return false;
  return !location.pathname.startsWith(`/r/${encodeURIComponent(room.slug)}`);
}
