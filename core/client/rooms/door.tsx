/** A locked door: knocked at from outside, opened and unlocked from inside. */

import "../app/first.ts";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, IconButton } from "../kit/button.tsx";
import { List } from "../kit/list.tsx";
import { hasKeys, knockingAt } from "../stage/stage.ts";
import { CommandError } from "../socket.ts";
import type { Room } from "../wire.ts";

/** Instead of the button to join. */
export function Knock(
  { room, tone = "primary" }: { readonly room: Room; readonly tone?: "primary" | "soft" | "plain" },
) {
  const app = useApp();
  const world = app.store.world.value;
  const isHeard = knockingAt(world, room).includes(world.me);
  const knock = async () => {
    try {
      await app.command("room.knock", { room: room.id });
    } catch (error) {
      if (!(error instanceof CommandError) || error.facts.reason !== "door_open") throw error;
      app.enter(room.id); // I have a key, which is not told
    }
  };
  return (
    <Button
      tone={tone}
      icon="lock"
      disabled={isHeard}
      onPress={() => void orToast(knock())}
    >
      {t(isHeard ? "door.knocked" : "door.knock")}
    </Button>
  );
}

export function LockButton({ room }: { readonly room: Room }) {
  const app = useApp();
  if (!hasKeys(app.store.world.value, room)) return null;
  const turn = { room: room.id, is_locked: !room.is_locked };
  return (
    <IconButton
      icon="lock"
      label={t(room.is_locked ? "door.unlock" : "door.lock")}
      pressed={room.is_locked}
      onPress={() => void orToast(app.command("room.edit", turn))}
    />
  );
}

/** Those before the door, for whoever is inside; said as they come, as the place for it stands. */
export function Knocking({ room }: { readonly room: Room }) {
  const { store } = useApp();
  const isInside = store.participants.value.get(store.world.value.me)?.room_id === room.id;
  const ids = knockingAt(store.world.value, room);
  if (!isInside) return null;
  return (
    <div role="status">
      {ids.length > 0 && (
        <div class="knocking">
          <List label={t("door.knocking")}>
            {ids.map((id) => <Outside key={id} id={id} room={room} />)}
          </List>
        </div>
      )}
    </div>
  );
}

function Outside({ id, room }: { readonly id: string; readonly room: Room }) {
  const app = useApp();
  const account = useAccount(id);
  const name = account?.display_name ?? "";
  const say = (command: string) =>
    void orToast(app.command(command, { room: room.id, account: id }));
  return (
    <li>
      <Avatar account={account} size="sm" />
      <span class="grow sm">{t("door.knocks", { name })}</span>
      <Button size="s" tone="primary" onPress={() => say("room.let_in")}>{t("door.let_in")}</Button>
      <IconButton
        small
        icon="x"
        label={t("door.turn_away", { name })}
        onPress={() => say("room.turn_away")}
      />
    </li>
  );
}
