/** The page of the hosts: what was reported and what to do about it, beside the log of all that. */

import {
  BackToRooms,
  Button,
  Empty,
  Icon,
  Note,
  PanelHead,
  relative,
  Skeleton,
  Tabs,
} from "@salon/client";
import { useModeration } from "../shared/context.ts";
import { CaseRow } from "./case_row.tsx";
import { CaseView } from "./case_view.tsx";
import { LogView } from "./log_view.tsx";

const QUEUE = "/p/moderation/queue";
const LOG = "log";

/** `path` is "/queue", "/queue/<case>" or "/queue/log". */
export function QueuePage({ path }: { readonly path: string }) {
  const { salon, t, cases } = useModeration();
  const [, , chosen = ""] = path.split("/");
  const isLog = chosen === LOG;
  const count = cases.count.value;
  const since = cases.since.value;
  const tabs = [
    {
      key: "queue",
      title: <>{t("queue")} {count > 0 && <span class="count">{count}</span>}</>,
    },
    { key: LOG, title: t("log") },
  ] as const;
  return (
    <>
      <PanelHead
        title={t("title")}
        detail={count > 0 && since
          ? t("head", { n: count, since: relative(since) })
          : t("head_none")}
        start={chosen ? <BackToRooms to={QUEUE} /> : <BackToRooms />}
      >
        <div class="moderation-tabs">
          <Tabs
            label={t("views")}
            tabs={tabs}
            value={isLog ? LOG : "queue"}
            onChange={(key) => salon.navigate(key === LOG ? `${QUEUE}/${LOG}` : QUEUE)}
          />
        </div>
      </PanelHead>
      {isLog ? <LogView /> : <Split chosen={chosen} />}
    </>
  );
}

/** The list beside the case; where there is no room for both, the case covers the list. */
function Split({ chosen }: { readonly chosen: string }) {
  const { t } = useModeration();
  return (
    <div class={chosen ? "moderation-split chosen" : "moderation-split"}>
      <CaseList chosen={chosen} />
      <section
        class="moderation-detail scroll"
        aria-label={t(chosen ? "case" : "choose")}
        tabIndex={0}
      >
        {chosen
          ? <CaseView key={chosen} id={chosen} />
          : <Empty icon="shield" title={t("choose")} text={t("choose_text")} />}
      </section>
    </div>
  );
}

function CaseList({ chosen }: { readonly chosen: string }) {
  const { t, cases } = useModeration();
  const open = cases.open.value;
  const problem = cases.problem.value;
  return (
    <div class="moderation-list scroll">
      {problem && (
        <Note tone="warn" icon="warn">
          <p>{problem}</p>
          <Button size="s" icon="refresh" onPress={() => void cases.load()}>{t("again")}</Button>
        </Note>
      )}
      {!open && !problem && <Skeleton label={t("loading")} lines={4} />}
      {open?.length === 0 && <Empty icon="check" title={t("empty")} text={t("empty_text")} />}
      {open && open.length > 0 && (
        <>
          <ul aria-label={t("cases")}>
            {open.map((one) => (
              <li key={one.id}>
                <CaseRow one={one} to={`${QUEUE}/${one.id}`} current={one.id === chosen} />
              </li>
            ))}
          </ul>
          {cases.hasMore.value
            ? <Button tone="ghost" onPress={() => void cases.older()}>{t("more")}</Button>
            : (
              <p class="moderation-end sm muted">
                <Icon name="check" />
                {t("end")}
              </p>
            )}
        </>
      )}
    </div>
  );
}
