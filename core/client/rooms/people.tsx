/** The side panel: who is here, by role; in a room who sits in it, and what plugins add. */

import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { Contained, Filled, useFillings } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { IconButton } from "../kit/button.tsx";
import { TalkingBars } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { Tabs } from "../kit/list.tsx";
import { showAside } from "../prefs.ts";
import { peopleIn, SHOWN_MAX, shownOf, topRole, type World } from "../store.ts";
import type { Account, Participant, Room } from "../wire.ts";
import { Marks } from "./marks.tsx";

const PersonMenu = lazily(() => import("./person_menu.tsx"), "dialog");

export function MembersAside() {
  const { store } = useApp();
  const groups = grouped(store.world.value);
  return (
    <aside class="panel aside" aria-label={t("members")}>
      <AsideHead title={t("members.here")} />
      <div class="scroll">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}, {group.accounts.length.toLocaleString()}</h3>
            <ul>
              {group.accounts.slice(0, SHOWN_MAX).map((account) => (
                <Member key={account.id} account={account} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </aside>
  );
}

function AsideHead({ title }: { readonly title: string }) {
  return (
    <header class="head">
      <h2 class="display grow trunc">{title}</h2>
      <IconButton icon="x" label={t("close")} onPress={() => showAside(false)} />
    </header>
  );
}

interface Group {
  readonly title: string;
  readonly accounts: readonly Account[];
}

/** Those who are here under their highest role, then the others who are here, then the rest. */
function grouped(world: World): readonly Group[] {
  const active = [...world.accounts.values()]
    .filter((account) => account.state === "active")
    .sort((a, b) => a.display_name.localeCompare(b.display_name));
  const here = active.filter((account) => world.here.has(account.id));
  const byRole = Map.groupBy(here, (account) => topRole(world, account));
  const roles = [...byRole].sort(([a], [b]) => (b?.position ?? -1) - (a?.position ?? -1));
  const away = active.filter((account) => !world.here.has(account.id));
  const groups = roles.map(([role, accounts]) => ({
    title: role?.name ?? t("members.here_now"),
    accounts,
  }));
  return away.length > 0 ? [...groups, { title: t("members.away"), accounts: away }] : groups;
}

function Member({ account }: { readonly account: Account }) {
  const { store } = useApp();
  const place = store.participants.value.get(account.id);
  const room = place && store.rooms.value.get(place.room_id);
  const isTalking = !!place && !!store.speaking.value.get(place.room_id)?.includes(account.id);
  const doing = room && t(isTalking ? "members.talking_in" : "members.in", { room: room.name });
  return (
    <li class="mem">
      <Avatar account={account} here={store.here.value.has(account.id)} />
      <div class="grow">
        <span class="n two-lines">
          <bdi>{account.display_name}</bdi>
        </span>
        {doing && <span class="d trunc">{doing}</span>}
        {!doing && account.kind === "bot" && <span class="d trunc">{t("person.bot")}</span>}
      </div>
      {isTalking && <TalkingBars />}
    </li>
  );
}

export function RoomAside({ room }: { readonly room: Room }) {
  const panels = useFillings("room-panel", room);
  const [key, choose] = useState("people");
  const people = peopleIn(useApp().store.world.value, room.id);
  const open = panels.find((panel) => panel.plugin === key);
  const tabs = [
    { key: "people", title: `${t("people")}, ${people.length.toLocaleString()}` },
    ...panels.map((panel) => ({ key: panel.plugin, title: panel.title?.() ?? panel.plugin })),
  ];
  return (
    <aside class="panel aside" aria-label={t("people")}>
      {panels.length === 0 ? <AsideHead title={t("people")} /> : (
        <header class="head">
          <Tabs label={t("panel")} tabs={tabs} value={open ? key : "people"} onChange={choose} />
          <span class="grow" />
          <IconButton icon="x" label={t("close")} onPress={() => showAside(false)} />
        </header>
      )}
      <div class="scroll">
        {open
          ? (
            <Contained plugin={open.plugin}>
              <Filled filling={open} props={{ room }} />
            </Contained>
          )
          : <People room={room} people={people} />}
      </div>
    </aside>
  );
}

function People(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const talking = useApp().store.speaking.value.get(room.id) ?? [];
  if (people.length === 0) return <p class="hint pad">{t("room.empty_title")}</p>;
  return (
    <ul class="padtop" aria-label={t("room.people", { n: people.length })}>
      {shownOf(people, talking).map((person) => (
        <Person key={person.account_id} room={room} person={person} />
      ))}
      <More people={people} />
    </ul>
  );
}

/** How many are left out, as the list's last entry. */
export function More({ people }: { readonly people: readonly Participant[] }) {
  const n = people.length - SHOWN_MAX;
  return n > 0 ? <li class="hint pad">{t("room.people_more", { n })}</li> : null;
}

function Person({ room, person }: { readonly room: Room; readonly person: Participant }) {
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const account = useAccount(person.account_id);
  const isTalking = !!store.speaking.value.get(room.id)?.includes(person.account_id);
  return (
    <li class="mem">
      <Avatar account={account} talking={isTalking} size="md" />
      <div class="grow">
        <span class="n two-lines">
          <bdi>{account?.display_name}</bdi>
        </span>
        <span class="d trunc">{doingOf(person, isTalking)}</span>
        <Marks room={room} person={person} />
      </div>
      {isTalking ? <TalkingBars /> : <VoiceMarks person={person} />}
      <IconButton
        small
        icon="more"
        opens="menu"
        label={t("person.more", { name: account?.display_name ?? "" })}
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && (
        <PersonMenu
          room={room}
          person={person}
          anchor={anchor}
          onClose={() => open(null)}
        />
      )}
    </li>
  );
}

/** Icons for what the words beside them say. */
export function VoiceMarks({ person }: { readonly person: Participant }) {
  return (
    <span class="marks muted" aria-hidden="true">
      {(person.muted || person.silenced || !person.may_speak) && <Icon name="mic-off" />}
      {person.deafened && <Icon name="ear-off" />}
    </span>
  );
}

export function doingOf(person: Participant, isTalking: boolean): string {
  if (!person.connected) return t("person.coming_back");
  if (isTalking) return t("person.talking");
  if (person.silenced) return t("person.silenced");
  if (person.deafened) return t("person.deafened");
  if (!person.may_speak) return t("person.listening");
  return t(person.muted ? "person.muted" : "person.open");
}
