/**
 * The pictures one can leave or write, beside what opened them; on a phone a sheet from below. Typing looks for
 * one by its name in the reader's language; arrow keys go from picture to picture.
 */

import "../app/first.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { type Key, language, loadWords, t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { useLayer } from "../kit/layers.ts";
import { place } from "../kit/menu.tsx";
import { Skeleton } from "../kit/place.tsx";
import {
  type Emoji,
  type EmojiGroup,
  emojiIn,
  found,
  recentEmoji,
  rememberEmoji,
} from "./emoji.ts";
import { nameOf, Reacted } from "./own_emoji.tsx";

const FOUND_MAX = 60;
const OWN = -1;

export interface EmojiPickerProps {
  readonly anchor: Element;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

export default function EmojiPicker({ anchor, onPick, onClose }: EmojiPickerProps) {
  const box = useRef<HTMLDivElement>(null);
  const [typed, type] = useState("");
  const groups = useGroups();
  const own = useOwn();
  useLayer(onClose);
  useLayoutEffect(() => {
    const picker = box.current;
    if (!picker) return;
    picker.showPopover();
    place(picker, anchor.getBoundingClientRect());
    return () => anchor instanceof HTMLElement && anchor.isConnected ? anchor.focus() : undefined;
  }, [anchor]);
  useLayoutEffect(() => {
    if (groups) box.current?.querySelector("input")?.focus();
  }, [groups === null]);
  const pick = (emoji: string) => {
    rememberEmoji(emoji);
    onClose();
    onPick(emoji);
  };
  const hits = groups && typed.trim() ? found([own, ...groups], typed).slice(0, FOUND_MAX) : null;
  return (
    <div
      ref={box}
      class="menu picker"
      role="dialog"
      popover="auto"
      aria-label={groups ? t("emoji.pick") : t("loading")}
      onToggle={(event) => event.newState === "closed" && onClose()}
      onKeyDown={(event) => box.current && moved(box.current, event)}
    >
      {groups === null ? <Skeleton label={t("loading")} lines={4} /> : (
        <>
          <div class="inp">
            <Icon name="search" />
            <input
              type="search"
              value={typed}
              placeholder={t("emoji.search")}
              aria-label={t("emoji.search")}
              onInput={(event) => type(event.currentTarget.value)}
              onKeyDown={(event) => {
                const first = hits?.[0];
                if (event.key !== "Enter" || !first) return;
                event.preventDefault(); // else it presses what gets the focus now
                pick(first.emoji);
              }}
            />
          </div>
          <div class="pictures" role="group" aria-label={t("emoji.pick")} tabIndex={0}>
            {hits
              ? <Hits hits={hits} onPick={pick} />
              : <All own={own} groups={groups} onPick={pick} />}
          </div>
        </>
      )}
    </div>
  );
}

/** Null until they are there, with their words. */
function useGroups(): readonly EmojiGroup[] | null {
  const [groups, know] = useState<readonly EmojiGroup[] | null>(null);
  useEffect(() => {
    Promise.all([emojiIn(language.value), loadWords("attention")])
      .then(([all]) => know(all), () => {});
  }, [language.value]);
  return groups;
}

/** Those of the community, as a group of their own. */
function useOwn(): EmojiGroup {
  const all = [...useApp().store.emoji.value.values()];
  return {
    group: OWN,
    all: all.map((one) => ({ emoji: one.id, name: nameOf(one), words: one.name, codes: [] })),
  };
}

interface SomeProps {
  readonly onPick: (emoji: string) => void;
}

function Hits({ hits, onPick }: SomeProps & { readonly hits: readonly Emoji[] }) {
  return (
    <>
      <p class="sr" role="status">{t("emoji.found", { n: hits.length })}</p>
      {hits.length === 0 && <p class="muted sm">{t("emoji.none")}</p>}
      <Grid all={hits} onPick={onPick} />
    </>
  );
}

function All(
  { own, groups, onPick }: SomeProps & {
    readonly own: EmojiGroup;
    readonly groups: readonly EmojiGroup[];
  },
) {
  const { community } = useApp().store;
  const named = new Map(
    [own, ...groups].flatMap(({ all }) => all).map((one) => [bare(one.emoji), one]),
  );
  const recent = recentEmoji.value.flatMap((emoji) => named.get(bare(emoji)) ?? []);
  return (
    <>
      <h2 class="lab">{t("emoji.recent")}</h2>
      <Grid all={recent} onPick={onPick} />
      {own.all.length > 0 && (
        <section>
          <h2 class="lab">
            <bdi>{community.value.name}</bdi>
          </h2>
          <Grid all={own.all} onPick={onPick} />
        </section>
      )}
      {groups.map(({ group, all }) => (
        <section key={group}>
          <h2 class="lab">{t(`emoji.group_${group}` as Key)}</h2>
          <Grid all={all} onPick={onPick} />
        </section>
      ))}
    </>
  );
}

/** Without what asks for the picture where a sign has a letter's form too. */
function bare(emoji: string): string {
  return emoji.replaceAll("\ufe0f", "");
}

function Grid({ all, onPick }: SomeProps & { readonly all: readonly Emoji[] }) {
  return (
    <div class="grid">
      {all.map(({ emoji, name }) => (
        <button
          key={emoji}
          type="button"
          tabIndex={-1}
          title={name}
          aria-label={name}
          onClick={() => onPick(emoji)}
        >
          <Reacted emoji={emoji} />
        </button>
      ))}
    </div>
  );
}

/** Arrow keys: from the field into the pictures, and among them by what lies beside and below. */
function moved(box: HTMLElement, event: KeyboardEvent): void {
  const all = [...box.querySelectorAll<HTMLElement>(".grid button")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  if (at < 0 && event.key !== "ArrowDown") return;
  const isRtl = document.documentElement.dir === "rtl";
  const to = at < 0 ? all[0] : {
    ArrowRight: all[at + (isRtl ? -1 : 1)],
    ArrowLeft: all[at + (isRtl ? 1 : -1)],
    ArrowDown: below(all, at, 1),
    ArrowUp: below(all, at, -1) ?? box.querySelector<HTMLElement>("input"),
    Home: all[0],
    End: all.at(-1),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

/** The nearest in the next row, up or down. */
function below(all: readonly HTMLElement[], at: number, way: 1 | -1): HTMLElement | undefined {
  const from = all[at]?.getBoundingClientRect();
  if (!from) return;
  for (let index = at + way, row = 0; all[index]; index += way) {
    const here = all[index]!.getBoundingClientRect();
    if (here.top === from.top) continue;
    row ||= here.top;
    if (here.top !== row) return all[index - way];
    const isReached = way > 0 ? here.left >= from.left : here.left <= from.left;
    if (isReached) return all[index];
  }
  return way > 0 ? all.at(-1) : undefined;
}
