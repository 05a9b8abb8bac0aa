/** What an entry of the audit log says to its reader: one sentence, and what was and is. */

import type { App } from "../app/app.ts";
import { moment } from "../format.ts";
import { known, t } from "../i18n.ts";
import type { Store } from "../store.ts";
import type { AuditEntry } from "../wire_keeping.ts";

/** A stretch of a sentence; names stand out. */
export interface Piece {
  readonly text: string;
  readonly isName: boolean;
}

const ACTOR = "\ue000";
const NAME = "\ue001";
const NAMES = /([\ue000\ue001])/;

/** Deeds in plugins have their words from the plugin. */
export function sentence(app: App, entry: AuditEntry): readonly Piece[] {
  const { store } = app;
  const names: Readonly<Record<string, string>> = {
    [ACTOR]: actorName(store, entry),
    [NAME]: entry.details?.name || nameOf(store, entry.target.kind, entry.target.id),
  };
  const values = { actor: ACTOR, name: NAME, action: entry.action };
  return (app.refusals.say("audit.", entry.action, values) ?? t("audit.other", values))
    .split(NAMES)
    .filter(Boolean)
    .map((text) => ({ text: names[text] ?? text, isName: text in names }));
}

export function actorName(store: Store, entry: AuditEntry): string {
  if (entry.actor_id === null) return t("adm.audit_server");
  return store.accounts.value.get(entry.actor_id)?.display_name ?? t("adm.audit_somebody");
}

/** One line for each field: what it was and what it is, or what came to a list and what went. */
export function changes(app: App, entry: AuditEntry): readonly string[] {
  const { before = {}, after = {} } = entry.details ?? {};
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const whomFirst = [...fields].sort((a, b) => Number(/_id$/.test(b)) - Number(/_id$/.test(a)));
  return whomFirst.flatMap((field) => {
    const what = known(`audit.field.${field}`, {}) ?? field.replaceAll("_", " ");
    const [was, is] = [before[field], after[field]];
    if (Array.isArray(was) && Array.isArray(is)) return listed(app, field, what, was, is);
    const [old, now] = [shown(app, field, was), shown(app, field, is)];
    return field in after && field in before && old !== now
      ? t("adm.audit_change", { what, before: old, after: now })
      : t("adm.audit_is", { what, value: field in after ? now : old });
  });
}

function listed(
  app: App,
  field: string,
  what: string,
  was: readonly unknown[],
  is: readonly unknown[],
): readonly string[] {
  const came = is.filter((each) => !was.includes(each));
  const went = was.filter((each) => !is.includes(each));
  return [
    ...(came.length > 0 ? [t("adm.audit_came", { what, list: shown(app, field, came) })] : []),
    ...(went.length > 0 ? [t("adm.audit_went", { what, list: shown(app, field, went) })] : []),
  ];
}

/** Whose numbers are of accounts: who wrote, and who holds a key to a locked room. */
const PEOPLE: ReadonlySet<string> = new Set(["author", "key"]);
const PERMISSIONS: ReadonlySet<string> = new Set(["permissions", "allow", "deny"]);

function shown(app: App, field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("adm.audit_nothing");
  if (typeof value === "boolean") return t(value ? "adm.audit_yes" : "adm.audit_no");
  if (Array.isArray(value)) {
    return value.length === 0
      ? t("adm.audit_nothing")
      : value.map((each) => shown(app, field.replace(/_ids$/, "_id"), each)).join(", ");
  }
  const text = String(value);
  if (PERMISSIONS.has(field)) return app.refusals.say("may.", text) ?? text;
  if (/_(until|since)$/.test(field)) return moment(text);
  const noun = /^(.+)_id$/.exec(field)?.[1];
  if (noun) return nameOf(app.store, PEOPLE.has(noun) ? "account" : noun, text);
  return known(`audit.value.${field}.${text}`, {}) ?? text;
}

/** What something is called now, or its number when it is gone. */
export function nameOf(store: Store, kind: string, id: string): string {
  if (kind === "account") return store.accounts.value.get(id)?.display_name ?? id;
  if (kind === "role") return store.roles.value.get(id)?.name ?? id;
  if (kind === "category") return store.categories.value.get(id)?.name ?? id;
  if (kind === "channel") return store.channels.value.get(id)?.name ?? id;
  if (kind === "room") return store.rooms.value.get(id)?.name ?? id;
  return id;
}
