/** Stands where one would write: until when one is in time out, and why. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import type { Sanction } from "../wire_keeping.ts";

await loadWords("writing");

export default function TimeOut() {
  const app = useApp();
  const { store } = app;
  const [known, know] = useState("");
  const until = store.me.value?.timed_out_until ?? "";
  useEffect(() => {
    const found = app.command("sanction.own", {}) as unknown as Promise<
      { readonly sanctions: readonly Sanction[] }
    >;
    found.then(({ sanctions }) =>
      know(sanctions.find(({ kind }) => kind === "time_out")?.reason ?? "")
    ).catch(() => {}); // the event said it too, if it came while one was here
  }, [until]);
  const reason = known || store.world.value.timeOutReason;
  return (
    <div class="compose closed" aria-disabled="true">
      <span class="grow" dir="auto">
        {t("composer.timed_out", { until: moment(until) })}
        {reason && ` ${t("composer.timed_out_for", { reason })}`}
      </span>
      <Icon name="lock" />
    </div>
  );
}
