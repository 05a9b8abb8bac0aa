/** One case in the list, and the pills that say why. */

import { Avatar, Link, relative } from "@salon/client";
import { account, nameOf, placeOfCase, useModeration } from "../shared/context.ts";
import type { Case, Reason } from "../shared/wire.ts";

export function CaseRow(
  { one, to, current }: { readonly one: Case; readonly to: string; readonly current: boolean },
) {
  const moderation = useModeration();
  const { t } = moderation;
  return (
    <Link to={to} class={current ? "moderation-case sel" : "moderation-case"} current={current}>
      <Avatar account={account(moderation, one.author_id)} />
      <span class="grow">
        <span class="row">
          <b class="trunc grow">
            <bdi>{nameOf(moderation, one.author_id)}</bdi>
          </b>
          <time class="xs muted num" dateTime={one.opened_at}>{relative(one.opened_at)}</time>
        </span>
        <span class="two-lines sm" dir="auto">{one.text}</span>
        <span class="row wrap xs muted moderation-why">
          {one.reasons.map((reason) => <ReasonPill key={reason} reason={reason} />)}
          <span>
            {t("reports", { n: one.reports, place: placeOfCase(moderation, one) })}
          </span>
        </span>
      </span>
    </Link>
  );
}

export function ReasonPill({ reason }: { readonly reason: Reason }) {
  const { t } = useModeration();
  return <span class={reason === "hurtful" ? "pill warn" : "pill"}>{t(`reason_${reason}`)}</span>;
}
