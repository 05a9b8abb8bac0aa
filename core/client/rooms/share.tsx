/** The way to a room for others: its link, who can open it, and whether anybody may listen. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { SwitchRow } from "../kit/field.tsx";
import { toast } from "../kit/toast.tsx";
import { hasKeys, owns, stageOf } from "../stage/stage.ts";
import type { Room } from "../wire.ts";
import { mayAt } from "../world.ts";
import { isHeardOutside } from "./outside.tsx";

export default function ShareDialog(
  { room, onClose }: { readonly room: Room; readonly onClose: () => void },
) {
  const app = useApp();
  const world = app.store.world.value;
  const turning = useDoing();
  const isOpen = isHeardOutside(world, room);
  const [key, take] = useState("");
  const ask = (renew: boolean) =>
    turning.run(async () => {
      take(String((await app.command("room.link", { room: room.id, renew }))["key"]));
    });
  const mayLetIn = room.has_link && hasKeys(world, room);
  useEffect(() => {
    if (mayLetIn) void ask(false);
  }, [mayLetIn]);
  const way = key ? `j/${key}` : `${isOpen ? "listen" : "r"}/${room.slug}`;
  const link = `${location.origin}/${way}`;
  const stage = stageOf(world, room);
  const isMine = hasKeys(world, room) || (!!stage && owns(world, room, stage));
  const may = isMine && (room.is_public || mayAt(world, "room.publish", room.overwrites));
  const turn = (is_public: boolean) =>
    turning.run(() => app.command("room.edit", { room: room.id, is_public }));
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => toast({ text: t("copied"), icon: "copy" }),
      () => toast({ text: t("share.not_copied"), tone: "bad" }),
    );
  return (
    <Dialog title={t("share.title", { name: room.name })} onClose={onClose}>
      <p class="share-link num">{link}</p>
      <p class="sm muted">
        {t(
          key
            ? "share.by_link"
            : isOpen
            ? "share.anybody"
            : room.is_locked
            ? "share.locked"
            : "share.members",
        )}
      </p>
      {may && (
        <ul class="rows">
          {world.community.public_rooms
            ? (
              <SwitchRow
                label={t("share.public")}
                hint={t(room.is_public && !isOpen ? "share.public_kept" : "share.public_hint")}
                on={room.is_public}
                onChange={(isPublic) => void turn(isPublic)}
              />
            )
            : <li class="sm muted">{t("share.public_off")}</li>}
        </ul>
      )}
      {key && (
        <div>
          <Button size="s" icon="refresh" onPress={() => void ask(true)}>{t("share.renew")}</Button>
        </div>
      )}
      {turning.refusal && <p class="err" role="alert">{turning.refusal.message}</p>}
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
        <span class="grow" />
        {"share" in navigator && (
          <Button
            icon="share"
            onPress={() => void navigator.share({ title: room.name, url: link }).catch(() => {})}
          >
            {t("share.send")}
          </Button>
        )}
        <Button tone="primary" icon="copy" onPress={() => void copy()}>{t("share.copy")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
