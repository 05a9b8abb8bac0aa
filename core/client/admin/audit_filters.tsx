/** Which entries of the audit log are wanted: words, who, what, where, and from which day to which. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Select, TextField } from "../kit/field.tsx";
import { ordered } from "../world.ts";

export const KINDS = [
  "",
  "community.",
  "category.",
  "channel.",
  "room.",
  "role.",
  "emoji.",
  "tag.",
  "account.",
  "invitation.",
  "application.",
  "thread.",
  "message.",
  "bot.",
  "plugin.",
] as const;

export interface Filters {
  readonly words: string;
  readonly by: string;
  readonly kind: typeof KINDS[number];
  readonly place: string;
  /** Days as `2026-11-30`, both included; empty: no bound. */
  readonly from: string;
  readonly to: string;
}

export const EVERYTHING: Filters = { words: "", by: "", kind: "", place: "", from: "", to: "" };
const WORDS_MAX = 200;

export function isEverything(filters: Filters): boolean {
  return Object.values(filters).every((value) => !value);
}

/** The same as fields of `audit.list` and of the address that a file is fetched from. */
export function fieldsOf(filters: Filters): Readonly<Record<string, string>> {
  const fields = {
    words: filters.words.trim(),
    actor: filters.by,
    action: filters.kind,
    target: filters.place,
    since: dayBegins(filters.from, 0),
    until: dayBegins(filters.to, 1),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

/** When a day begins where the reader is, or the one so many days later. */
function dayBegins(day: string, later: number): string {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return "";
  return new Date(year, month - 1, date + later).toISOString();
}

export function AuditFilters(
  { filters, onChange }: {
    readonly filters: Filters;
    readonly onChange: (filters: Filters) => void;
  },
) {
  const set = (part: Partial<Filters>) => onChange({ ...filters, ...part });
  return (
    <div class="audit-filters" role="search" aria-label={t("adm.audit")}>
      <TextField
        label={t("adm.audit_words")}
        type="search"
        icon="search"
        placeholder={t("adm.audit_words_hint")}
        max={WORDS_MAX}
        value={filters.words}
        onInput={(words) => set({ words })}
      />
      <Select
        label={t("adm.audit_who")}
        value={filters.by}
        options={usePeople()}
        onChange={(by) => set({ by })}
      />
      <Select
        label={t("adm.audit_what")}
        value={filters.kind}
        options={KINDS.map((value) => ({ value, label: t(`audit.kind.${value}`) }))}
        onChange={(kind) => set({ kind })}
      />
      <Select
        label={t("adm.audit_where")}
        value={filters.place}
        options={usePlaces()}
        onChange={(place) => set({ place })}
      />
      <TextField
        label={t("adm.audit_from")}
        type="date"
        value={filters.from}
        onInput={(from) => set({ from })}
      />
      <TextField
        label={t("adm.audit_to")}
        type="date"
        value={filters.to}
        onInput={(to) => set({ to })}
      />
      {!isEverything(filters) && (
        <Button tone="ghost" icon="x" onPress={() => onChange(EVERYTHING)}>
          {t("adm.audit_all")}
        </Button>
      )}
    </div>
  );
}

/** Who may have changed something: the owner and those with a role. Others are found by words. */
function usePeople() {
  const { store } = useApp();
  const people = [...store.accounts.value.values()]
    .filter((account) => account.is_owner || account.role_ids.length > 0)
    .map((account) => ({ value: account.id, label: account.display_name }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return [{ value: "", label: t("adm.audit_anyone") }, ...people];
}

function usePlaces() {
  const { store } = useApp();
  const places = [
    ...ordered(store.channels.value).filter((channel) => channel.room_id === null),
    ...ordered(store.rooms.value),
    ...ordered(store.categories.value),
  ];
  return [
    { value: "", label: t("adm.audit_anywhere") },
    ...places.map(({ id, name }) => ({ value: id, label: name })),
  ];
}
