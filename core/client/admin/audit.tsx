/** The audit log: what was changed, and by whom, newest first. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { known, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Select } from "../kit/field.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import type { Store } from "../store.ts";
import type { Account, AuditEntry } from "../wire.ts";

const KINDS = [
  "",
  "community.",
  "category.",
  "channel.",
  "room.",
  "role.",
  "emoji.",
  "account.",
  "invitation.",
  "message.",
  "bot.",
  "plugin.",
] as const;
type Kind = typeof KINDS[number];

export function AuditLog() {
  const [kind, choose] = useState<Kind>("");
  const [by, only] = useState<Account | null>(null);
  const { entries, hasOlder, older } = useEntries(kind, by);
  return (
    <>
      <div class="row wrap">
        <Select
          label={t("adm.audit_what")}
          value={kind}
          options={KINDS.map((value) => ({ value, label: t(`audit.kind.${value}`) }))}
          onChange={choose}
        />
        {by && (
          <Button icon="x" onPress={() => only(null)}>
            {t("adm.audit_by", { name: by.display_name })}
          </Button>
        )}
      </div>
      {entries === null && <Skeleton label={t("loading")} lines={6} />}
      {entries?.length === 0 && (
        <Empty icon="file" title={t(kind || by ? "adm.audit_none_so" : "adm.audit_none")} />
      )}
      <List label={t("adm.audit")}>
        {entries?.map((entry) => (
          <Row
            key={entry.id}
            entry={entry}
            onOnly={by ? undefined : only}
          />
        ))}
      </List>
      {hasOlder && <Button onPress={older}>{t("more")}</Button>}
    </>
  );
}

function Row(
  { entry, onOnly }: {
    readonly entry: AuditEntry;
    readonly onOnly: ((by: Account) => void) | undefined;
  },
) {
  const { store } = useApp();
  const actor = entry.actor_id === null ? null : store.accounts.value.get(entry.actor_id) ?? null;
  return (
    <ListRow
      start={actor ? <Avatar account={actor} /> : (
        <span class="sq">
          <Icon name="gear" />
        </span>
      )}
      title={sentence(store, entry, actor)}
      isSentence
      detail={
        <>
          {moment(entry.at)}
          {changes(store, entry).map((change) => <span key={change} class="detail">{change}</span>)}
          {entry.details?.reason && (
            <span class="detail">{t("adm.audit_reason", { text: entry.details.reason })}</span>
          )}
          {!entry.details && <span class="detail">{t("adm.audit_erased")}</span>}
        </>
      }
      end={onOnly && actor && (
        <Button size="s" onPress={() => onOnly(actor)}>
          {t("adm.audit_only", { name: actor.display_name })}
        </Button>
      )}
    />
  );
}

function sentence(store: Store, entry: AuditEntry, actor: Account | null): string {
  const values = {
    actor: actor?.display_name ??
      t(entry.actor_id === null ? "adm.audit_server" : "adm.audit_somebody"),
    name: entry.details?.name || named(store, entry.target.kind, entry.target.id),
    action: entry.action,
  };
  return known(`audit.${entry.action}`, values) ?? t("audit.other", values);
}

/** One line for each field: what it was and what it is. */
function changes(store: Store, entry: AuditEntry): readonly string[] {
  const { before = {}, after = {} } = entry.details ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => {
    const what = known(`audit.field.${field}`, {}) ?? field;
    const [was, is] = [shown(store, field, before[field]), shown(store, field, after[field])];
    return field in after && was !== is
      ? t("adm.audit_change", { what, before: was, after: is })
      : t("adm.audit_is", { what, value: was });
  });
}

function shown(store: Store, field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("adm.audit_nothing");
  if (Array.isArray(value)) {
    return value.length === 0
      ? t("adm.audit_nothing")
      : value.map((each) => shown(store, field.replace(/s$/, ""), each)).join(", ");
  }
  const text = String(value);
  if (/_(until|since)$/.test(field)) return moment(text);
  const noun = /^(.+)_id$/.exec(field)?.[1];
  return noun ? named(store, noun === "author" ? "account" : noun, text) : text;
}

/** What something is called now, or its number when it is gone. */
function named(store: Store, kind: string, id: string): string {
  if (kind === "account") return store.accounts.value.get(id)?.display_name ?? id;
  if (kind === "role") return store.roles.value.get(id)?.name ?? id;
  if (kind === "category") return store.categories.value.get(id)?.name ?? id;
  return id;
}

function useEntries(kind: Kind, by: Account | null) {
  const app = useApp();
  const [entries, take] = useState<readonly AuditEntry[] | null>(null);
  const [hasOlder, know] = useState(false);
  const isOpen = app.socket.phase.value === "open";
  const asked = useRef<unknown>(null); // an answer to another question comes too late
  const fetch = async (before: readonly AuditEntry[]) => {
    const last = before.at(-1);
    const question = asked.current = {};
    const answer = await app.command("audit.list", {
      ...(kind ? { action: kind } : {}),
      ...(by ? { actor: by.id } : {}),
      ...(last ? { before: last.id } : {}),
    }) as unknown as { entries: readonly AuditEntry[]; has_older: boolean };
    if (asked.current !== question) return;
    take([...before, ...answer.entries]);
    know(answer.has_older);
  };
  useEffect(() => {
    if (isOpen) void fetch([]).catch(() => {});
  }, [isOpen, kind, by]);
  return { entries, hasOlder, older: () => void fetch(entries ?? []).catch(() => {}) };
}
