/** The audit log: what was changed, by whom and why, day by day; what can be is taken back. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { clock, date, isSameDay, moment } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { keepFocus } from "../kit/layers.ts";
import { List } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import type { AuditEntry } from "../wire_keeping.ts";
import {
  AuditFilters,
  EVERYTHING,
  fieldsOf,
  type Filters,
  isEverything,
} from "./audit_filters.tsx";
import { actorName, changes, sentence } from "./audit_words.ts";

const TYPED_MS = 300;
const LOOKS_MAX = 10; // pages without a hit that are asked for before somebody has to ask

export function AuditLog() {
  const app = useApp();
  const [filters, choose] = useState<Filters>(EVERYTHING);
  const { entries, isMore, older, again } = useEntries(filters);
  const [hasWords, know] = useState(false); // those of what permissions are called
  useEffect(() => void loadWords("errors").catch(() => {}).finally(() => know(true)), []);
  const shown = hasWords ? entries : null;
  const undo = (entry: AuditEntry) =>
    orToast(app.command("audit.undo", { entry: entry.id })).then((isDone) => {
      if (isDone) toast({ text: t("adm.audit_undone"), icon: "undo" });
      void again();
    });
  return (
    <>
      <AuditFilters filters={filters} onChange={choose} />
      <div class="audit-about">
        <Whole />
        <Exports filters={filters} />
      </div>
      {shown === null && <Skeleton label={t("loading")} lines={6} />}
      {shown?.length === 0 && !isMore && (
        <Empty
          icon="file"
          title={t(isEverything(filters) ? "adm.audit_none" : "adm.audit_none_so")}
        />
      )}
      {shown && byDay(shown).map((those) => (
        <section key={those[0]?.at.slice(0, 10)}>
          <h2 class="audit-day">{dayName(those[0]?.at ?? "")}</h2>
          <List label={dayName(those[0]?.at ?? "")}>
            {those.map((entry) => (
              <Row
                key={entry.id}
                entry={entry}
                onUndo={() => void undo(entry)}
              />
            ))}
          </List>
        </section>
      ))}
      {isMore && <Button onPress={older}>{t("more")}</Button>}
    </>
  );
}

function Row({ entry, onUndo }: { readonly entry: AuditEntry; readonly onUndo: () => void }) {
  const app = useApp();
  const actor = entry.actor_id === null ? null : app.store.accounts.value.get(entry.actor_id);
  const pieces = sentence(app, entry);
  const reason = entry.details?.reason;
  return (
    <li class="audit-row">
      <time dateTime={entry.at} title={moment(entry.at)}>{clock(entry.at)}</time>
      {actor ? <Avatar account={actor} size="sm" /> : (
        <span class="sq">
          <Icon name="gear" />
        </span>
      )}
      <div class="audit-what">
        <p>
          {pieces.map(({ text, isName }, at) =>
            isName
              ? (
                <b key={at}>
                  <bdi>{text}</bdi>
                </b>
              )
              : text
          )}
        </p>
        {changes(app, entry).map((change) => <p key={change} class="detail">{change}</p>)}
        {!entry.details && <p class="detail">{t("adm.audit_erased")}</p>}
      </div>
      <div class="audit-why">
        {reason && (
          <>
            <span class="sr">{t("adm.audit_why")}</span>
            <bdi>{reason}</bdi>
          </>
        )}
      </div>
      {entry.can_undo && (
        <Button size="s" tone="ghost" icon="undo" onPress={onUndo}>
          {t("adm.audit_undo")}
          <span class="sr">
            {`${actorName(app.store, entry)}: ${pieces.map(({ text }) => text).join("")}`}
          </span>
        </Button>
      )}
    </li>
  );
}

interface Found {
  readonly at: string;
  readonly count: number;
  readonly broken_at: string | null;
}

/** Whether the log is as it was written, and when that was looked at. */
function Whole() {
  const { answer } = useAnswer<Found>("audit.check");
  if (!answer) return <p class="muted sm">{t("adm.audit_checking")}</p>;
  const values = { n: answer.count, when: clock(answer.at) };
  return answer.broken_at === null
    ? (
      <p class="audit-whole" role="status">
        <Icon name="check" />
        {t("adm.audit_whole", values)}
      </p>
    )
    : (
      <p class="err" role="alert">
        <Icon name="warn" />
        {t("adm.audit_broken", { entry: answer.broken_at, n: answer.count })}
      </p>
    );
}

/** Files of what is shown, that is with the same filters. */
function Exports({ filters }: { readonly filters: Filters }) {
  const query = new URLSearchParams(fieldsOf(filters)).toString();
  const address = (kind: string) => `/api/audit.${kind}${query && `?${query}`}`;
  return (
    <div class="row wrap">
      <a class="btn s" href={address("csv")} download>
        <Icon name="dl" />
        {t("adm.audit_csv")}
      </a>
      <a class="btn s" href={address("jsonl")} download>
        <Icon name="dl" />
        {t("adm.audit_jsonl")}
      </a>
    </div>
  );
}

function byDay(entries: readonly AuditEntry[]): readonly (readonly AuditEntry[])[] {
  const days: AuditEntry[][] = [];
  for (const entry of entries) {
    const last = days.at(-1);
    if (last?.[0] && isSameDay(last[0].at, entry.at)) last.push(entry);
    else days.push([entry]);
  }
  return days;
}

function dayName(iso: string): string {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  if (isSameDay(iso, daysAgo(0))) return t("adm.audit_today");
  if (isSameDay(iso, daysAgo(1))) return t("adm.audit_yesterday");
  const isThisYear = new Date(iso).getFullYear() === new Date().getFullYear();
  return isThisYear ? date(iso) : moment(iso).replace(/,? \d\d:\d\d$/, "");
}

interface Answer {
  readonly entries: readonly AuditEntry[];
  readonly before: string | null;
}

function useEntries(filters: Filters) {
  const app = useApp();
  const [entries, take] = useState<readonly AuditEntry[] | null>(null);
  const [before, know] = useState<string | null>(null);
  const isOpen = app.socket.phase.value === "open";
  const asked = useRef<unknown>(null); // an answer to another question comes too late
  const typed = useRef(filters.words);
  const fetch = async (known: readonly AuditEntry[], from: string | null) => {
    const question = asked.current = {};
    let [found, next] = [known, from];
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      const answer = await app.command("audit.list", {
        ...fieldsOf(filters),
        ...(next ? { before: next } : {}),
      }) as unknown as Answer;
      if (asked.current !== question) return;
      [found, next] = [[...found, ...answer.entries], answer.before];
      if (next === null || found.length > known.length) break;
    }
    take(found);
    know(next);
  };
  const again = () => fetch([], null).then(() => keepFocus(), () => {});
  useEffect(() => {
    if (!isOpen) return;
    const isTyping = typed.current !== filters.words;
    typed.current = filters.words;
    const timer = setTimeout(() => void fetch([], null).catch(() => {}), isTyping ? TYPED_MS : 0);
    return () => clearTimeout(timer);
  }, [isOpen, filters]);
  return {
    entries,
    isMore: before !== null,
    older: () => void fetch(entries ?? [], before).catch(() => {}),
    again,
  };
}
