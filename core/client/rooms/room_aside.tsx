/** The side panel of a room: who sits in it, what plugins add, and at a stage the chat. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { Contained, Filled, useFillings } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Tabs } from "../kit/list.tsx";
import { showAside } from "../prefs.ts";
import { hasChatBeside, hasKeys, leads, seenIn, stageOf } from "../stage/stage.ts";
import { TopicsOf } from "../tags/on_demand.ts";
import { Chat } from "../text/chat.tsx";
import { shownOf } from "../world.ts";
import type { Overwrite, Participant, Room } from "../wire.ts";
import { More } from "./participant.tsx";
import { ParticipantRow } from "./participant_row.tsx";
import { tab } from "./panel.ts";

const Hands = lazily(() => import("../stage/hands.tsx"), "dialog");
const KeptOutDialog = lazily(() => import("./kept_out.tsx"), "dialog");
const StagePeople = lazily(() => import("../stage/stage_people.tsx"), "dialog");

export default function RoomAside(
  { room, target }: { readonly room: Room; readonly target: string | null },
) {
  const app = useApp();
  const world = app.store.world.value;
  const panels = useFillings("room-panel", room);
  const people = seenIn(world, room);
  const stage = stageOf(world, room);
  const title = `${t("people")}, ${people.length.toLocaleString()}`;
  const tabs = [
    ...(hasChatBeside(room) ? [{ key: "chat", title: t("room.chat") }] : []),
    { key: "people", title: hasChatBeside(room) || panels.length > 0 ? title : t("people") },
    ...panels.map((panel) => ({ key: panel.plugin, title: panel.title?.() ?? panel.plugin })),
  ];
  const open = tabs.find((each) => each.key === tab.value) ?? tabs[0];
  const panel = panels.find(({ plugin }) => plugin === open?.key);
  useEffect(() => {
    if (target !== null) tab.value = "chat";
  }, [target]);
  const close = () => {
    showAside(false);
    if (target !== null) app.router.navigate(`/r/${room.slug}`, "replace");
  };
  return (
    <aside
      class={hasChatBeside(room) ? "panel aside beside" : "panel aside"}
      aria-label={t(tabs.length > 1 ? "panel" : "people")}
    >
      <header class="head">
        {tabs.length > 1
          ? (
            <Tabs
              label={t("panel")}
              tabs={tabs}
              value={open?.key ?? ""}
              onChange={(key) => tab.value = key}
            />
          )
          : <h2 class="display grow trunc">{t("people")}</h2>}
        <span class="grow" />
        <IconButton icon="x" label={t("close")} onPress={close} />
      </header>
      {stage && leads(world, room, stage) && <Hands room={room} stage={stage} />}
      {open?.key === "chat"
        ? (
          <Chat
            key={room.id}
            channel={app.chatOf(room)}
            address={`/r/${room.slug}`}
            target={target}
          />
        )
        : (
          <div class="scroll">
            {room.tag_ids.length > 0 && !panel && <TopicsOf ids={room.tag_ids} />}
            {panel
              ? (
                <Contained plugin={panel.plugin}>
                  <Filled filling={panel} props={{ room }} />
                </Contained>
              )
              : stage
              ? <StagePeople room={room} stage={stage} people={people} />
              : <People room={room} people={people} />}
            {!panel && <KeptOutButton room={room} />}
          </div>
        )}
    </aside>
  );
}

/** For who has a say here: whom this room keeps out. */
function KeptOutButton({ room }: { readonly room: Room }) {
  const world = useApp().store.world.value;
  const [isOpen, open] = useState(false);
  const n = room.overwrites.filter(isKeptOut).length;
  const stage = stageOf(world, room);
  const mayLook = stage ? leads(world, room, stage) : hasKeys(world, room);
  if (!mayLook || (n === 0 && !isOpen)) return null;
  return (
    <>
      <Button tone="ghost" size="s" icon="lock" onPress={() => open(true)}>
        {t("out.here", { n })}
      </Button>
      {isOpen && <KeptOutDialog room={room} onClose={() => open(false)} />}
    </>
  );
}

function isKeptOut({ target, deny }: Overwrite): boolean {
  return target === "account" && deny.includes("room.join");
}

function People(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const talking = useApp().store.speaking.value.get(room.id) ?? [];
  if (people.length === 0) return <p class="hint pad">{t("room.empty_title")}</p>;
  return (
    <ul class="padtop" aria-label={t("room.people", { n: people.length })}>
      {shownOf(people, talking).map((person) => (
        <ParticipantRow key={person.account_id} room={room} person={person} />
      ))}
      <More people={people} />
    </ul>
  );
}
