/** The media workers, and what they did not use and why. */

import { known, t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { flowOf, megabytes, rounded, whole } from "./figures.ts";
import { costOf, type Pace, reasons, type WorkerMeasures } from "./measures.ts";

export function Workers({ workers, paces }: {
  readonly workers: readonly WorkerMeasures[];
  readonly paces: ReadonlyMap<number, Pace>;
}) {
  return (
    <List label={t("srv.workers")}>
      {workers.map((worker, at) => (
        <ListRow
          key={worker.port}
          start={
            <span class={worker.is_there ? "sq a" : "sq"}>
              <Icon name="server" />
            </span>
          }
          title={worker.is_apart ? t("srv.worker", { n: at + 1 }) : t("srv.inside")}
          detail={detailOf(worker, paces.get(worker.port) ?? null)}
          end={
            <span class={worker.is_there ? "pill ok" : "pill warn"}>
              {t(worker.is_there ? "adm.healthy" : "srv.away")}
            </span>
          }
        />
      ))}
    </List>
  );
}

function detailOf(worker: WorkerMeasures, pace: Pace | null): string {
  const cost = costOf(pace);
  const port = { port: String(worker.port) };
  return [
    t(worker.has_tcp || !worker.is_there ? "srv.port" : "srv.port_udp", port),
    ...(worker.is_there
      ? [t("srv.peers", { n: worker.peers }), megabytes(worker.memory_bytes)]
      : []),
    ...(pace ? [flowOf(pace)] : []),
    ...(cost === null ? [] : [t("srv.cost", { n: rounded(cost) })]),
    ...(worker.restarts ? [t("srv.restarts", { n: worker.restarts })] : []),
  ].join(" · ");
}

export function Reasons({ workers }: { readonly workers: readonly WorkerMeasures[] }) {
  const all = reasons(workers.map((worker) => worker.dropped));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.reasons")}</h2>
      </div>
      <p class="sm muted">{t(all.length ? "srv.reasons_note" : "srv.reasons_none")}</p>
      <Tally reasons={all} />
    </section>
  );
}

export function Tally({ reasons }: { readonly reasons: readonly (readonly [string, number])[] }) {
  return (
    <dl class="tally">
      {reasons.map(([reason, count]) => (
        <div key={reason}>
          <dt>{known(`drop.${reason}`, {}) ?? reason}</dt>
          <dd class="num">{whole(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
