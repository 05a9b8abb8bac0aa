/** A door that is closed to somebody: they write to a host, in words that stand there and are theirs to send. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { writeTo } from "../between/person_menu.tsx";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import type { Account, Room } from "../wire.ts";
import { keeperOf } from "./keepers.ts";

export default function AskForAccess({ room }: { readonly room: Room }) {
  const app = useApp();
  const world = app.store.world.value;
  const keeper = keeperOf(world, room);
  if (!keeper || isKeptOut(room, world.me)) return null;
  const ask = (whom: Account) => writeTo(app, whom, t("room.ask_words", { room: room.name }));
  return <Button size="s" onPress={() => void ask(keeper)}>{t("room.ask")}</Button>;
}

/** Whom somebody has kept out has been told, and writes to whom they like. */
function isKeptOut({ overwrites }: Room, me: string): boolean {
  return overwrites.some(({ target, target_id, deny }) =>
    target === "account" && target_id === me && deny.includes("room.join")
  );
}
