/** Time outs, kicks, suspensions and bans: of whom, until when, why and by whom; to be lifted. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { kindsOf } from "../between/sanction.tsx";
import { moment } from "../format.ts";
import { type Key, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Select } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import type { Sanction, SanctionKind } from "../wire_keeping.ts";

type Shown = "holding" | "all";
type Kind = SanctionKind | "";

const HOLDS_UNTIL: Readonly<Partial<Record<SanctionKind, Key>>> = {
  warning: "sanction.until_read",
  kick: "sanction.until_invited",
};

export function Sanctions() {
  const app = useApp();
  const [shown, show] = useState<Shown>("holding");
  const [kind, choose] = useState<Kind>("");
  const { sanctions, hasOlder, older, again } = useSanctions(shown, kind);
  const lift = async (one: Sanction) => {
    try {
      await app.command("sanction.lift", { account: one.account_id, kind: one.kind });
      toast({ text: t("sanction.lifted_now") });
      again();
    } catch (error) {
      toast({ text: (error as Error).message, tone: "bad" });
    }
  };
  const kinds: readonly Kind[] = ["", ...kindsOf(app)];
  return (
    <>
      <div class="row wrap">
        <Select
          label={t("sanction.show")}
          value={shown}
          onChange={show}
          options={[
            { value: "holding", label: t("sanction.holding") },
            { value: "all", label: t("sanction.all") },
          ]}
        />
        <Select
          label={t("sanction.kinds")}
          value={kind}
          onChange={choose}
          options={kinds.map((value) => ({
            value,
            label: t(value ? `sanction.${value}` : "sanction.every_kind"),
          }))}
        />
      </div>
      {sanctions === null && <Skeleton label={t("loading")} lines={4} />}
      {sanctions?.length === 0 && <Empty icon="shield" title={t("sanction.none")} />}
      <List label={t("sanction.list")}>
        {sanctions?.map((one) => <Row key={one.id} one={one} onLift={() => void lift(one)} />)}
      </List>
      {hasOlder && <Button onPress={older}>{t("more")}</Button>}
    </>
  );
}

function Row({ one, onLift }: { readonly one: Sanction; readonly onLift: () => void }) {
  const { store } = useApp();
  const account = store.accounts.value.get(one.account_id);
  const by = one.by_account_id ? store.accounts.value.get(one.by_account_id) : undefined;
  const name = account?.display_name ?? one.account_id;
  const isOver = one.until !== null && Date.parse(one.until) <= Date.now();
  const isRead = one.kind === "warning" && one.ended_by_id === one.account_id;
  const until = one.ended_at
    ? t(isRead ? "sanction.read_at" : "sanction.lifted_at", { when: moment(one.ended_at) })
    : one.until
    ? t(isOver ? "sanction.over" : "sanction.until", { until: moment(one.until) })
    : t(HOLDS_UNTIL[one.kind] ?? "sanction.until_lifted");
  return (
    <ListRow
      start={account ? <Avatar account={account} /> : undefined}
      title={name}
      detail={
        <>
          {[t(`sanction.${one.kind}`), until].join(" · ")}
          {one.reason && <span class="detail">{t("sanction.why", { reason: one.reason })}</span>}
          <span class="detail">
            {t("sanction.by", {
              name: by?.display_name ?? t("sanction.server"),
              when: moment(one.began_at),
            })}
          </span>
        </>
      }
      end={!one.ended_at && !isOver && (
        <Button size="s" onPress={onLift}>
          {t("sanction.lift")}
          <span class="sr">{`${t(`sanction.${one.kind}`)}, ${name}`}</span>
        </Button>
      )}
    />
  );
}

function useSanctions(shown: Shown, kind: Kind) {
  const app = useApp();
  const [sanctions, take] = useState<readonly Sanction[] | null>(null);
  const [hasOlder, know] = useState(false);
  const isOpen = app.socket.phase.value === "open";
  const asked = useRef<unknown>(null); // an answer to another question comes too late
  const fetch = async (before: readonly Sanction[]) => {
    const last = before.at(-1);
    const question = asked.current = {};
    const answer = await app.command("sanction.list", {
      holding: shown === "holding",
      ...(kind ? { kind } : {}),
      ...(last ? { before: last.id } : {}),
    }) as unknown as { sanctions: readonly Sanction[]; has_older: boolean };
    if (asked.current !== question) return;
    take([...before, ...answer.sanctions]);
    know(answer.has_older);
  };
  const again = () => void fetch([]).catch(() => {});
  useEffect(() => {
    if (isOpen) again();
  }, [isOpen, shown, kind]);
  return { sanctions, hasOlder, older: () => void fetch(sanctions ?? []).catch(() => {}), again };
}
