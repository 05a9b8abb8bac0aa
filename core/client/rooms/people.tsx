/** The side panel: who is here, by role. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, IconButton } from "../kit/button.tsx";
import { TalkingBars } from "../kit/doorway.tsx";
import { Note } from "../kit/place.tsx";
import { showAside } from "../prefs.ts";
import { SHOWN_MAX, topRole, type World } from "../world.ts";
import type { Account, Channel } from "../wire.ts";

const MET_AT_ONCE = 20;

const PersonMenu = lazily(() => import("../between/person_menu.tsx"), "dialog");

export default function MembersAside({ channel }: { readonly channel: Channel }) {
  const { store } = useApp();
  const world = store.world.value;
  const groups = grouped(world);
  return (
    <aside class="panel aside" aria-label={t("members")}>
      <AsideHead title={t("members.here")} />
      <div class="scroll">
        <All />
        {strangers(world).map((id) => <Stranger key={id} id={id} />)}
        {channel.is_public && <Note icon="eye">{t("members.public")}</Note>}
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}{isWhole(group) && `, ${group.accounts.length}`}</h3>
            <ul>
              {group.accounts.slice(0, SHOWN_MAX).map((account) => (
                <Member key={account.id} account={account} />
              ))}
            </ul>
            {!isWhole(group) && <All />}
          </section>
        ))}
      </div>
    </aside>
  );
}

/** Some of those who are here and not known yet, until as many are known as a list shows. */
function strangers({ here, accounts }: World): readonly string[] {
  const unknown = [...here].filter((id) => !accounts.has(id));
  return here.size - unknown.length < SHOWN_MAX ? unknown.slice(0, MET_AT_ONCE) : [];
}

/** Asks who it is, and is in the list then. */
function Stranger({ id }: { readonly id: string }) {
  useAccount(id);
  return null;
}

/** The way to everybody, also to those whom this page does not know. */
function All() {
  const { opened } = useApp();
  return (
    <Button icon="search" onPress={() => opened.value = { what: "people" }}>
      {t("members.all")}
    </Button>
  );
}

/** A longer one is cut: how many they are is not known here. */
function isWhole({ accounts }: Group): boolean {
  return accounts.length <= SHOWN_MAX;
}

export function AsideHead({ title }: { readonly title: string }) {
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

export function Member({ account }: { readonly account: Account }) {
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const place = store.participants.value.get(account.id);
  const room = place && store.rooms.value.get(place.room_id);
  const isTalking = !!place && !!store.speaking.value.get(place.room_id)?.includes(account.id);
  const doing = room && t(isTalking ? "members.talking_in" : "members.in", { room: room.name });
  return (
    <li class="mem">
      <Avatar
        account={account}
        here={store.here.value.has(account.id)}
        absent={store.absent.value.get(account.id)}
      />
      <div class="grow">
        <span class="n two-lines">
          <bdi>{account.display_name}</bdi>
        </span>
        {doing && <span class="d trunc">{doing}</span>}
        {!doing && account.kind === "bot" && <span class="d trunc">{t("person.bot")}</span>}
      </div>
      {isTalking && <TalkingBars />}
      {account.id !== store.world.value.me && (
        <IconButton
          small
          icon="more"
          opens="menu"
          label={t("person.more", { name: account.display_name })}
          onPress={(event) => open(event.currentTarget as Element)}
        />
      )}
      {anchor && <PersonMenu account={account} anchor={anchor} onClose={() => open(null)} />}
    </li>
  );
}
