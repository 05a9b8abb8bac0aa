/** To keep somebody out of a room: for how long. And whom it keeps out, to let them in again. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Select } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import type { Account, Room } from "../wire.ts";
import { mayAt } from "../world.ts";

await Promise.all([loadWords("voice"), loadWords("between")]);

const LASTS = ["3600", "86400", "604800", ""] as const;

interface RoomBan {
  readonly account_id: string;
  readonly by_account_id: string | null;
  readonly by_leader: boolean;
  readonly since: string | null;
  readonly until: string | null;
}

export function KeepOutDialog({ room, account, onClose }: {
  readonly room: Room;
  readonly account: Account;
  readonly onClose: () => void;
}) {
  const app = useApp();
  const [lasts, last] = useState<typeof LASTS[number]>("86400");
  const name = account.display_name;
  const keepOut = async () => {
    await app.command("participant.ban", {
      room: room.id,
      account: account.id,
      banned: true,
      ...(lasts ? { lasts_s: Number(lasts) } : {}),
    });
    toast({ text: t("out.done", { name }) });
    onClose();
  };
  return (
    <Dialog title={t("out.title", { name, room: room.name })} onClose={onClose}>
      <Form
        send={keepOut}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit tone="danger">{t("out.do")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("out.text")}</p>
        <Select
          label={t("sanction.how_long")}
          value={lasts}
          onChange={last}
          options={LASTS.map((value) => ({
            value,
            label: value ? t(`sanction.lasts.${value}`) : t("out.for_good"),
          }))}
        />
      </Form>
    </Dialog>
  );
}

export default function KeptOutDialog(
  { room, onClose }: { readonly room: Room; readonly onClose: () => void },
) {
  const app = useApp();
  const { answer, again } = useAnswer<{ bans: readonly RoomBan[] }>("room.bans", { room: room.id });
  const letIn = (account: string) =>
    orToast(app.command("participant.ban", { room: room.id, account, banned: false })).then(again);
  return (
    <Dialog title={t("out.list", { room: room.name })} onClose={onClose}>
      {!answer && <Skeleton label={t("loading")} lines={2} />}
      {answer?.bans.length === 0 && <Empty icon="door" title={t("out.nobody")} />}
      {answer && answer.bans.length > 0 && (
        <List label={t("out.list", { room: room.name })}>
          {answer.bans.map((ban) => (
            <KeptOut
              key={ban.account_id}
              room={room}
              ban={ban}
              onLetIn={() => void letIn(ban.account_id)}
            />
          ))}
        </List>
      )}
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

function KeptOut({ room, ban, onLetIn }: {
  readonly room: Room;
  readonly ban: RoomBan;
  readonly onLetIn: () => void;
}) {
  const { store } = useApp();
  const account = useAccount(ban.account_id);
  const by = useAccount(ban.by_account_id ?? undefined)?.display_name;
  const mayLift = ban.by_leader || mayAt(store.world.value, "room.manage", room.overwrites);
  const until = ban.until ? t("out.until", { until: moment(ban.until) }) : t("out.for_good");
  return (
    <ListRow
      start={<Avatar account={account} size="md" />}
      title={account?.display_name ?? "…"}
      detail={ban.since
        ? [by && t("out.by", { name: by }), until].filter(Boolean).join(" · ")
        : t("out.said")}
      end={mayLift && <Button size="s" onPress={onLetIn}>{t("out.lift")}</Button>}
    />
  );
}
