/** The link of a room that lets in whoever has it: copied by who keeps the room. */

import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { toast } from "../kit/toast.tsx";
import { mayAt } from "../world.ts";
import type { Room } from "../wire.ts";

await loadWords("topics");

export default function LinkButton({ room }: { readonly room: Room }) {
  const app = useApp();
  const world = app.store.world.value;
  const isOwn = room.temporary && room.opened_by === world.me;
  if (!isOwn && !mayAt(world, "room.manage", room.overwrites)) return null;
  const copy = async () => {
    const { key } = await app.command("room.link", { room: room.id });
    await navigator.clipboard.writeText(`${location.origin}/j/${key}`);
    toast({ text: t("door.link_copied"), icon: "link" });
  };
  return (
    <IconButton
      icon="link"
      label={t("door.copy_link")}
      onPress={() => void orToast(copy())}
    />
  );
}
