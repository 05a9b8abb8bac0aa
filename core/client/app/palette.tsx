/** Search or jump to: rooms, channels and people by a few letters; arrows move, Enter goes. */

import "./first.ts";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { plainly, wordsOf } from "../plainly.ts";
import { tagsOf } from "../tags/tags.ts";
import type { Account } from "../wire.ts";
import { ordered, peopleIn } from "../world.ts";
import { type App, useApp } from "./app.ts";
import type { ComponentChildren } from "preact";

const PER_GROUP_MAX = 6;

interface Hit {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  /** What it is about: found by that too. */
  readonly about?: string;
  readonly group: string;
  readonly mark: ComponentChildren;
  /** Where it leads, or what it opens. */
  readonly to: string | (() => void);
}

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const [query, ask] = useState("");
  const [at, move] = useState(0);
  const hits = find(app, query);
  const chosen = hits[Math.min(at, hits.length - 1)];
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    if (typeof hit.to === "string") app.router.navigate(hit.to);
    else hit.to();
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length > 0) {
      event.preventDefault();
      move((Math.min(at, hits.length - 1) + step + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(chosen);
    }
  };
  return (
    <Dialog title={t("search")} quiet class="pal" onClose={onClose}>
      <div class="inp">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={t("search")}
          aria-expanded="true"
          aria-controls="hits"
          aria-activedescendant={chosen && `hit-${chosen.key}`}
          placeholder={t("search")}
          value={query}
          autofocus
          onInput={(event) => {
            ask(event.currentTarget.value);
            move(0);
          }}
          onKeyDown={pressed}
        />
        <kbd class="kbd no-phone">Esc</kbd>
      </div>
      <ul id="hits" role="listbox" aria-label={t("search")}>
        {hits.map((hit, index) => (
          <li
            key={hit.key}
            id={`hit-${hit.key}`}
            role="option"
            class="mi"
            aria-selected={hit === chosen}
            onClick={() => go(hit)}
          >
            {hit.mark}
            <span class="grow trunc">
              <bdi>{hit.name}</bdi>
            </span>
            <span class="xs muted trunc">
              {index === 0 || hits[index - 1]?.group !== hit.group ? hit.group : hit.detail}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function find(app: App, query: string): Hit[] {
  const words = plainly(query).trim();
  return [
    ...fitting(rooms(app), words),
    ...fitting(channels(app), words),
    ...(words === "" ? [] : people(app, words).slice(0, PER_GROUP_MAX)),
    ...(words === "" ? [] : [inMessages(query)]),
  ];
}

/** Those of this name first, then those about it, which say so. */
function fitting(hits: readonly Hit[], words: string): readonly Hit[] {
  const named = hits.filter(({ name }) => plainly(name).includes(words));
  const about = hits
    .filter((hit) => !named.includes(hit) && plainly(hit.about ?? "").includes(words))
    .map((hit) => ({ ...hit, group: `${hit.group} · ${hit.about}` }));
  return [...named, ...about].slice(0, PER_GROUP_MAX);
}

function inMessages(query: string): Hit {
  return {
    key: "messages",
    name: t("search.for", { words: query.trim() }),
    detail: "",
    group: "",
    mark: <Icon name="search" />,
    to: `/search?q=${encodeURIComponent(query.trim())}`,
  };
}

function rooms(app: App): Hit[] {
  return ordered(app.store.rooms.value).map((room) => {
    const n = peopleIn(app.store.world.value, room.id).length;
    return {
      key: room.id,
      name: room.name,
      detail: t("room.people", { n }),
      about: [room.topic, ...tagsOf(app).of(room.tag_ids).map(({ name }) => name)]
        .filter(Boolean).join(" · "),
      group: t("rooms"),
      mark: <Doorway icon={app.slots.iconOf(room)} lit={n > 0} size="xs" />,
      to: `/r/${room.slug}`,
    };
  });
}

function channels(app: App): Hit[] {
  return ordered(app.store.channels.value).filter((c) => c.room_id === null).map((channel) => ({
    key: channel.id,
    name: channel.name,
    detail: channel.topic,
    about: channel.topic,
    group: t("conversations"),
    mark: <Icon name="text" />,
    to: `/c/${channel.slug}`,
  }));
}

/** Who is in a room is found there, and before the others, of whom it is shown who they are. */
function people(app: App, words: string): Hit[] {
  const { participants, rooms, accounts } = app.store;
  const called = [...accounts.value.values()]
    .filter((one) => one.state !== "deleted" && wordsOf(one).includes(words));
  const roomOf = (one: Account) => rooms.value.get(participants.value.get(one.id)?.room_id ?? "");
  const inRooms = called.filter(roomOf);
  return [...inRooms, ...called.filter((one) => !roomOf(one))].map((account) => {
    const room = roomOf(account);
    return {
      key: account.id,
      name: account.display_name,
      detail: room ? t("members.in", { room: room.name }) : `@${account.handle}`,
      group: t("people"),
      mark: <Avatar account={account} size="sm" />,
      to: room
        ? `/r/${room.slug}`
        : () => void (app.opened.value = { what: "person", id: account.id }),
    };
  });
}
