/**
 * Names to choose from while one types `@`, `#` or `:`: people, roles, everyone and here, channels,
 * emoji. Arrow keys choose, Enter or Tab takes, Escape leaves it. The focus stays in the field, which
 * tells what is chosen (ARIA practices, editable combobox with a list). A whole `:wave:` becomes its
 * picture with the second colon.
 */

import "../app/first.ts";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { language, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Icon } from "../kit/icon.tsx";
import { useKnowing } from "../people/finding.ts";
import { isCalled, plainly } from "../plainly.ts";
import { mayAt, ordered, type World } from "../world.ts";
import type { Account, Channel, Emoji } from "../wire.ts";
import { type EmojiGroup, emojiIn, found, ofCode } from "./emoji.ts";
import { roleWord } from "./names.ts";
import { EmojiPicture, nameOf } from "./own_emoji.tsx";

const SHOWN = 8;
/** Of an emoji two letters: a colon and one is more often a smile. */
const BEGUN = /(?:^|[\s(])(?:([@#])([\p{L}\p{N}_.-]{0,32})|(:)([\p{L}\p{N}_+-]{2,32}))$/u;
const WHOLE = /(?:^|[\s(]):([\w+-]{2,32}):$/;

interface Name {
  readonly key: string;
  /** What is written for it, with its sign. */
  readonly written: string;
  readonly title: string;
  readonly detail: string;
  readonly account?: Account;
  readonly emoji?: Emoji;
  /** A sign of Unicode. */
  readonly picture?: string;
}

export interface NameListProps {
  readonly field: { readonly current: HTMLTextAreaElement | null };
  readonly text: string;
  readonly channel: Channel;
  readonly onWrite: (text: string) => void;
}

export default function NameList({ field, text, channel, onWrite }: NameListProps) {
  const { store } = useApp();
  const caret = useCaret(field);
  const begun = BEGUN.exec(text.slice(0, caret));
  const [sign, typed] = begun ? [begun[1] ?? begun[3]!, begun[2] ?? begun[4]!] : ["", ""];
  const start = begun ? caret - typed.length - 1 : -1;
  const [at, move] = useState(0);
  const [left, leave] = useState(-1); // the place of the sign whose list is done with
  const world = store.world.value;
  const pictures = usePictures(/:[^\s:]/.test(text));
  useKnowing(sign === "@" ? typed : "");
  const names = begun && left !== start ? namesFor(world, channel, sign, typed, pictures) : [];
  const chosen = names[Math.min(at, names.length - 1)];
  const put = (before: string, after: string) => {
    const area = field.current;
    if (!area) return;
    area.value = before + after; // here and now: the next letter may be on its way
    area.setSelectionRange(before.length, before.length);
    onWrite(area.value);
  };
  const take = (name: Name) =>
    put(`${text.slice(0, start)}${name.written} `, text.slice(caret).replace(/^ /, ""));
  useLayoutEffect(() => {
    const code = WHOLE.exec(text.slice(0, caret))?.[1];
    if (!code || [...world.emoji.values()].some(({ name }) => name === code)) return;
    const picture = ofCode(pictures, code);
    if (picture) put(text.slice(0, caret - code.length - 2) + picture, text.slice(caret));
  }, [text]);
  useKeys(field, (key) => {
    if (!chosen) return false;
    if (key === "ArrowDown") move((at + 1) % names.length);
    else if (key === "ArrowUp") move((at + names.length - 1) % names.length);
    else if (key === "Enter" || key === "Tab") take(chosen);
    else if (key === "Escape") leave(start);
    else return false;
    return true;
  });
  useLayoutEffect(() => move(0), [begun?.[0]]);
  useLayoutEffect(() => {
    if (!begun) leave(-1);
  }, [!begun]);
  useLayoutEffect(() => tell(field.current, chosen), [chosen?.key]);
  if (!chosen) return null;
  return (
    <>
      <ul class="slash names" id="names" role="listbox" aria-label={t("names.list")}>
        {names.map((name) => (
          <li
            key={name.key}
            id={`name-${name.key}`}
            role="option"
            aria-selected={name === chosen}
            onPointerDown={(event) => {
              event.preventDefault(); // the focus stays in the field
              take(name);
            }}
          >
            {name.picture
              ? <span class="emoji" aria-hidden="true">{name.picture}</span>
              : name.emoji
              ? <EmojiPicture emoji={name.emoji} isNamed />
              : name.account
              ? <Avatar account={name.account} size="sm" />
              : <Icon name={name.written.startsWith("#") ? "text" : "users"} />}
            <b class="trunc">
              <bdi>{name.title}</bdi>
            </b>
            <span class="xs muted trunc">{name.detail}</span>
          </li>
        ))}
      </ul>
      <p class="sr" role="status">{t("names.found", { n: names.length })}</p>
    </>
  );
}

/** The signs of Unicode, once a colon was typed and they are there. */
function usePictures(isWanted: boolean): readonly EmojiGroup[] {
  const [pictures, know] = useState<readonly EmojiGroup[]>([]);
  useEffect(() => {
    if (isWanted) emojiIn(language.value).then(know, () => {}); // asked again with the next colon
  }, [isWanted, language.value]);
  return pictures;
}

function namesFor(
  world: World,
  channel: Channel,
  sign: string,
  typed: string,
  pictures: readonly EmojiGroup[],
): readonly Name[] {
  const wanted = plainly(typed);
  if (sign === ":") return [...emojis(world, wanted), ...signs(pictures, typed)].slice(0, SHOWN);
  const fits = ({ title, written }: Name) =>
    [plainly(written.slice(1)), ...plainly(title).split(/\s+/)]
      .some((word) => word.startsWith(wanted));
  if (sign === "#") return channels(world).filter(fits).slice(0, SHOWN);
  return [...people(world, wanted), ...many(world, channel).filter(fits)].slice(0, SHOWN);
}

function people(world: World, wanted: string): readonly Name[] {
  return [...world.accounts.values()]
    .filter((one) => one.state === "active" && one.id !== world.me && isCalled(one, wanted))
    .sort((a, b) => Number(world.here.has(b.id)) - Number(world.here.has(a.id)))
    .slice(0, SHOWN)
    .map((account) => ({
      key: account.id,
      written: `@${account.handle}`,
      title: account.display_name,
      detail: `@${account.handle}`,
      account,
    }));
}

/** Roles, everyone and here, as far as they are told when I name them. */
function many(world: World, channel: Channel): readonly Name[] {
  const mayAll = mayAt(world, "mention.everyone", channel.overwrites);
  const roles = [...world.roles.values()]
    .filter((role) => role.id !== world.community.everyone_role_id)
    .filter((role) => (role.mentionable || mayAll) && roleWord(role))
    .map((role) => ({
      key: role.id,
      written: `@${roleWord(role)}`,
      title: role.name,
      detail: t("names.role"),
    }));
  if (!mayAll) return roles;
  const all = (["everyone", "here"] as const).map((key) => ({
    key,
    written: `@${key}`,
    title: `@${key}`,
    detail: t(key === "here" ? "names.here" : "names.all"),
  }));
  return [...roles, ...all];
}

function emojis(world: World, wanted: string): readonly Name[] {
  return [...world.emoji.values()]
    .filter(({ name }) => name.includes(wanted))
    .sort((a, b) => Number(b.name.startsWith(wanted)) - Number(a.name.startsWith(wanted)))
    .map((emoji) => ({
      key: emoji.id,
      written: nameOf(emoji),
      title: nameOf(emoji),
      detail: "",
      emoji,
    }));
}

function signs(pictures: readonly EmojiGroup[], typed: string): readonly Name[] {
  return found(pictures, typed.replaceAll("_", " ")).map(({ emoji, name, codes }) => ({
    key: emoji,
    written: emoji,
    title: name,
    detail: codes[0] ? `:${codes[0]}:` : "",
    picture: emoji,
  }));
}

function channels(world: World): readonly Name[] {
  return ordered(world.channels)
    .filter(({ room_id }) => room_id === null)
    .map(({ id, slug, name, topic }) => ({
      key: id,
      written: `#${slug}`,
      title: name,
      detail: topic,
    }));
}

/** Says with the field which name is chosen: its focus does not move. */
function tell(field: HTMLTextAreaElement | null, chosen: Name | undefined): void {
  if (!field) return;
  const facts = { "aria-autocomplete": "list", "aria-controls": "names" };
  for (const [name, value] of Object.entries(facts)) {
    if (chosen) field.setAttribute(name, value);
    else field.removeAttribute(name);
  }
  if (chosen) field.setAttribute("aria-activedescendant", `name-${chosen.key}`);
  else field.removeAttribute("aria-activedescendant");
}

function useCaret(field: NameListProps["field"]): number {
  const [, look] = useState(0);
  useEffect(() => {
    const moved = () => look((n) => n + 1);
    document.addEventListener("selectionchange", moved);
    return () => {
      document.removeEventListener("selectionchange", moved);
      tell(field.current, undefined);
    };
  }, []);
  return field.current?.selectionStart ?? 0;
}

/** Keys of the list, before the field itself hears of them. `press` says whether it was one. */
function useKeys(field: NameListProps["field"], press: (key: string) => boolean): void {
  useLayoutEffect(() => { // before the next key: it must not take what was taken already
    const area = field.current;
    const pressed = (event: KeyboardEvent) => {
      if (event.isComposing || event.shiftKey || !press(event.key)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    area?.addEventListener("keydown", pressed, { capture: true });
    return () => area?.removeEventListener("keydown", pressed, { capture: true });
  });
}
