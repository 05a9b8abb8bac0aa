/** The filters of a search as chips: what is chosen here is written into the line. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Icon, type IconName } from "../kit/icon.tsx";
import { plainly } from "../plainly.ts";
import { ordered } from "../world.ts";
import { type Filter, hasKind, type Kind, toggled, valueOf, withFilter } from "./line.ts";

const PEOPLE_MAX = 100;
const DAY_MS = 86_400_000;
const DAYS = [0, 7, 30, 365] as const;

const KINDS: readonly { readonly kind: Kind; readonly icon: IconName }[] = [
  { kind: "link", icon: "link" },
  { kind: "file", icon: "file" },
  { kind: "picture", icon: "image" },
];

/** Whoever reads, as the line has it. */
const ME: ReadonlySet<string> = new Set(["me", "moi"]);

interface Option {
  readonly value: string;
  readonly label: string;
}

interface Line {
  readonly line: string;
  readonly onChange: (line: string) => void;
}

export function Chips({ line, onChange }: Line) {
  const set = (filter: Filter) => (value: string | null) =>
    onChange(withFilter(line, filter, value));
  const mentionsMe = ME.has(plainly(valueOf(line, "mentions") ?? ""));
  return (
    <div class="search-chips" role="group" aria-label={t("search.filters")}>
      <Choice
        icon="door"
        none={t("search.anywhere")}
        label={t("search.in")}
        value={valueOf(line, "in")}
        options={usePlaces()}
        onChoose={set("in")}
      />
      <Choice
        icon="user"
        none={t("search.anyone")}
        label={t("search.from")}
        value={valueOf(line, "from")}
        options={usePeople()}
        onChoose={set("from")}
      />
      <Choice
        icon="cal"
        none={t("search.any_day")}
        label={t("search.since")}
        value={valueOf(line, "after")}
        options={DAYS.map((days) => ({ value: since(days), label: t(`search.days_${days}`) }))}
        onChoose={set("after")}
      />
      {KINDS.map(({ kind, icon }) => (
        <button
          key={kind}
          type="button"
          class={hasKind(line, kind) ? "chip on" : "chip"}
          aria-pressed={hasKind(line, kind)}
          onClick={() => onChange(toggled(line, kind))}
        >
          <Icon name={icon} />
          {t(`search.has_${kind}`)}
        </button>
      ))}
      <button
        type="button"
        class={mentionsMe ? "chip on" : "chip"}
        aria-pressed={mentionsMe}
        onClick={() => set("mentions")(mentionsMe ? null : "me")}
      >
        <Icon name="inbox" />
        {t("search.mentions_me")}
      </button>
    </div>
  );
}

function Choice(
  { icon, none, label, value, options, onChoose }: {
    readonly icon: IconName;
    readonly none: string;
    readonly label: string;
    readonly value: string | null;
    readonly options: readonly Option[];
    readonly onChoose: (value: string | null) => void;
  },
) {
  const known = options.find((one) => value !== null && plainly(one.value) === plainly(value));
  const written = value !== null && !known ? [{ value, label: value }] : []; // by hand, in the line
  return (
    <label class={value === null ? "chip" : "chip on"}>
      <Icon name={icon} />
      <span class="sr">{label}</span>
      <select
        value={known?.value ?? value ?? ""}
        onChange={(event) => onChoose(event.currentTarget.value || null)}
      >
        <option value="">{none}</option>
        {[...written, ...options].map((one) => (
          <option key={one.value} value={one.value}>{one.label}</option>
        ))}
      </select>
      <Icon name="down" />
    </label>
  );
}

function usePlaces(): readonly Option[] {
  const { store } = useApp();
  const channels = ordered(store.channels.value).filter((channel) => channel.room_id === null);
  return [...channels, ...ordered(store.rooms.value)]
    .map(({ slug, name }) => ({ value: slug, label: name }));
}

/** Oneself, who is here now, and then others, as far as a list is of use. */
function usePeople(): readonly Option[] {
  const { store } = useApp();
  const here = store.here.value;
  const others = [...store.accounts.value.values()]
    .filter(({ id }) => id !== store.me.value?.id)
    .toSorted((a, b) => Number(here.has(b.id)) - Number(here.has(a.id)))
    .slice(0, PEOPLE_MAX)
    .map(({ handle, display_name }) => ({ value: handle, label: display_name }));
  return [{ value: "me", label: t("search.me") }, ...others];
}

/** The day so many days ago, as the line has it: by the reader's own clock. */
function since(days: number): string {
  const at = new Date(Date.now() - days * DAY_MS);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
