/** The side panel of a room: who sits in it, and what plugins add. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { Contained, Filled, useFillings } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { IconButton } from "../kit/button.tsx";
import { TalkingBars } from "../kit/doorway.tsx";
import { Tabs } from "../kit/list.tsx";
import { isShutOut } from "../loudness.ts";
import { leads, stageOf } from "../stage/stage.ts";
import { peopleIn, shownOf } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { Marks } from "./marks.tsx";
import { doingOf, More, VoiceMarks } from "./participant.tsx";
import { AsideHead } from "./people.tsx";
import { showAside } from "../prefs.ts";

const Hands = lazily(() => import("../stage/hands.tsx"), "dialog");
const PersonMenu = lazily(() => import("./person_menu.tsx"), "dialog");

export default function RoomAside({ room }: { readonly room: Room }) {
  const panels = useFillings("room-panel", room);
  const [key, choose] = useState("people");
  const world = useApp().store.world.value;
  const people = peopleIn(world, room.id);
  const stage = stageOf(world, room);
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
        {stage && leads(world, room, stage) && <Hands room={room} stage={stage} />}
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

function Person({ room, person }: { readonly room: Room; readonly person: Participant }) {
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const account = useAccount(person.account_id);
  const privacy = store.privacy.value;
  const isTalking = !!store.speaking.value.get(room.id)?.includes(person.account_id) &&
    !isShutOut(person.account_id, privacy);
  return (
    <li class="mem">
      <Avatar account={account} talking={isTalking} size="md" />
      <div class="grow">
        <span class="n two-lines">
          <bdi>{account?.display_name}</bdi>
        </span>
        <span class="d trunc">{doingOf(person, isTalking, privacy)}</span>
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
