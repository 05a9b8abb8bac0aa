/**
 * The first steps of a new owner. Each saves what it asks for, can be left out, and is found again
 * in the administration.
 */

import "../app/first.ts";
import type { ComponentType } from "preact";
import { useApp } from "../app/app.ts";
import ConnectionBanner from "../app/banner.tsx";
import { PanelHead } from "../app/frame.tsx";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Logo } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty } from "../kit/place.tsx";
import { may, ordered } from "../world.ts";
import { Guests, Naming, Rooms, type StepProps, Trying } from "./steps.tsx";

const KEYS = ["name", "rooms", "voice", "guests"] as const;
type Key = typeof KEYS[number];

const VIEWS: Readonly<Record<Key, ComponentType<StepProps>>> = {
  name: Naming,
  rooms: Rooms,
  voice: Trying,
  guests: Guests,
};

export default function Welcome({ step }: { readonly step: string }) {
  const { router, store } = useApp();
  const at = Math.max(0, KEYS.indexOf(step as Key));
  const key = KEYS[at] ?? "name";
  const View = VIEWS[key];
  const next = KEYS[at + 1];
  if (!may(store.world.value, "server.manage")) return <NotForYou />;
  return (
    <>
      <aside class="side" aria-label={t("start.steps")}>
        <div class="who">
          <Logo />
          <b class="display">Salon</b>
        </div>
        <ol class="steps">
          {KEYS.map((each, index) => (
            <li key={each}>
              <Link to={`/welcome/${each}`} class="ch" current={each === key}>
                <span class={index < at ? "n done" : "n"} aria-hidden="true">
                  {index < at ? <Icon name="check" /> : index + 1}
                </span>
                {t(`start.${each}`)}
              </Link>
            </li>
          ))}
        </ol>
      </aside>
      <main class="panel main" id="main" tabIndex={-1} aria-label={t(`start.${key}`)} key={key}>
        <ConnectionBanner />
        <div class="scroll welcome">
          <p class="eyebrow">{t("start.step", { n: at + 1, of: KEYS.length })}</p>
          <PanelHead big title={t(`start.${key}_title`)} detail={t(`start.${key}_text`)} />
          <View
            onBack={at > 0 ? () => router.navigate(`/welcome/${KEYS[at - 1]}`) : null}
            onNext={() => router.navigate(next ? `/welcome/${next}` : "/")}
          />
        </div>
      </main>
      <Preview />
    </>
  );
}

/** What the steps make of the place, as members will find it. */
function Preview() {
  const app = useApp();
  const { store } = app;
  const channels = ordered(store.channels.value).filter((channel) => channel.room_id === null);
  return (
    <aside class="foretaste" aria-label={t("start.preview")}>
      <h2 class="eyebrow">{t("start.preview")}</h2>
      <div class="well">
        <div class="who">
          <Logo />
          <b class="display trunc">
            <bdi>{store.community.value.name}</bdi>
          </b>
        </div>
        <ul>
          {channels.map((channel) => (
            <li key={channel.id} class="ch">
              <Icon name="text" />
              <bdi class="trunc">{channel.name}</bdi>
            </li>
          ))}
          {ordered(store.rooms.value).map((room) => (
            <li key={room.id} class="ch">
              <Icon name={app.slots.iconOf(room)} />
              <bdi class="trunc">{room.name}</bdi>
            </li>
          ))}
        </ul>
      </div>
    </aside>
  );
}

function NotForYou() {
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={t("lost.title")}>
      <Empty isPage icon="lock" title={t("lost.title")} text={t("lost.text")}>
        <Link to="/" class="btn primary">{t("lost.home")}</Link>
      </Empty>
    </main>
  );
}
