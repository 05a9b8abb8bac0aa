/** The frame of the page, and which view stands in it. */

import { lazily } from "./lazily.tsx";
import { loadWords, t } from "../i18n.ts";
import { useLayer } from "../kit/layers.ts";
import { Boundary, Empty } from "../kit/place.tsx";
import { Toasts } from "../kit/toast.tsx";
import { asideCovers, isPhone, showsAside, uncoverRoom } from "../prefs.ts";
import { Sidebar, TabBar } from "../rooms/sidebar.tsx";
import { hasChatBeside } from "../stage/stage.ts";
import { ChannelView } from "../text/channel_view.tsx";
import { fetchWaitingRow } from "../text/chat.tsx";
import { fetchFileParts } from "../text/files_later.tsx";
import type { Channel, Conversation, Room } from "../wire.ts";
import { type App, useApp } from "./app.ts";
import { listenToKeys } from "./keys.ts";
import type { Route } from "./router.ts";
import { styledLater } from "./styles.ts";
import { Waiting } from "./waiting.tsx";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

let hasPainted = () => {};
const painted = new Promise<void>((done) => hasPainted = done);

const fetchVoiceBar = () => spoken(import("../rooms/voice_bar.tsx"));
const fetchBanner = () => import("./banner.tsx");
const fetchHome = () => import("./home.tsx");
const fetchPalette = () => import("./palette.tsx");
const fetchRoom = () => import("../rooms/room_view.tsx");
const fetchRoomAside = () => import("../rooms/room_aside.tsx");
const ConnectionBanner = lazily(fetchBanner, "dialog");
const Home = lazily(fetchHome);
const RoomView = lazily(fetchRoom);
const MembersAside = lazily(fetchPeople, "aside");
const RoomAside = lazily(fetchRoomAside, "aside");
const VoiceBar = lazily(fetchVoiceBar, "dialog");
const ElsewhereBar = lazily(() => spoken(import("../rooms/elsewhere.tsx")), "dialog");
const RoomQuestions = lazily(() => import("../rooms/questions.tsx"), "dialog");
const PeopleDialogs = lazily(() => import("../people/dialogs.tsx"), "dialog");
const SearchPage = lazily(() => sought(import("../search/search_page.tsx")));
const Inbox = lazily(() => attentive(import("../inbox/inbox.tsx")));
const NotFound = lazily(() => import("./not_found.tsx"));
const PluginPage = lazily(() => import("./plugin_page.tsx"));
const Between = lazily(() => import("../between/between.tsx"));
const GroupAside = lazily(() => import("../between/group_aside.tsx"), "aside");
const ThreadAside = lazily(() => import("../between/thread_aside.tsx"), "aside");
const Settings = lazily(() => furnished(import("../settings/settings.tsx")));
const Admin = lazily(() => furnished(import("../admin/admin.tsx")));
const Welcome = lazily(() => furnished(import("../welcome/welcome.tsx")));

/** Who is here can wait for the paint; its place is kept free. */
async function fetchPeople() {
  await painted;
  return await import("../rooms/people.tsx");
}

/** The voice bar has words of its own. */
async function spoken<T>(view: Promise<T>): Promise<T> {
  const [module] = await Promise.all([view, loadWords("voice")]);
  return module;
}

async function sought<T>(view: Promise<T>): Promise<T> {
  const [module] = await Promise.all([view, loadWords("search")]);
  return module;
}

/** The inbox and what is like it share their words. */
async function attentive<T>(view: Promise<T>): Promise<T> {
  const [module] = await Promise.all([view, loadWords("attention")]);
  return module;
}

/** The settings and what is like them have words of their own. */
async function furnished<T>(view: Promise<T>): Promise<T> {
  const [module] = await Promise.all([view, loadWords("settings")]);
  return module;
}

/** After the first paint, before somebody can have gone anywhere. */
const NEXT_AFTER_MS = 500;

/** Where most people go next is there when they do. */
function fetchNext(app: App): void {
  hasPainted();
  void import("../people/opening.ts").then(({ openPeople }) => openPeople(app)).catch(() => {});
  const next = [fetchBanner, fetchWaitingRow, fetchFileParts, fetchVoiceBar, fetchHome, fetchRoom];
  const hands = [
    () => import("./going.ts"),
    () => import("./keyboard.ts"),
    () => import("../text/press.ts"),
    () => import("../text/swipe.ts"),
  ];
  for (const fetch of [...next, fetchRoomAside, fetchPalette, ...hands]) {
    fetch().catch(() => {}); // asked again when it is needed
  }
}

type SearchDialog = ComponentType<{ readonly onClose: () => void }>;

export function Shell() {
  const app = useApp();
  const [Search, setSearch] = useState<SearchDialog | null>(null);
  const search = () =>
    void Promise.all([fetchPalette(), styledLater()]).then(([{ Palette }]) =>
      setSearch(() => Palette)
    );
  useEffect(() => listenToKeys(app, search), []);
  useFocusOnArrival();
  useLayer(uncoverRoom, asideCovers.value);
  useEffect(() => void setTimeout(() => fetchNext(app), NEXT_AFTER_MS), []);
  if (!app.isReady.value) return <Waiting />;
  const route = app.router.route.value;
  const place = placeOf(app, route);
  const thread = route.view === "channel" && place?.kind === "channel" ? route.thread : null;
  const isNamed = place?.kind === "room" && route.view === "room" && route.message !== null &&
    hasChatBeside(place.room);
  const isDirect = place?.kind === "conversation" && place.conversation.kind === "direct";
  const aside = thread !== null || isNamed || (showsAside.value && place !== null && !isDirect);
  const isInVoice = app.voice.roomId.value !== null;
  const seat = app.store.participants.value.get(app.store.world.value.me);
  const classes = [
    "app",
    !aside && "no-aside",
    isInVoice && "in-voice",
    `at-${route.view}`,
    route.view === "between" && route.id && "at-talk",
    (route.view === "settings" || route.view === "admin") && !route.topic && "at-list",
  ];
  return (
    <>
      <a class="skip btn primary" href="#main">{t("skip")}</a>
      <div class={classes.filter(Boolean).join(" ")}>
        <Main route={route} onSearch={search} />
        {aside && place && <Aside place={place} route={route} />}
        {isInVoice ? <VoiceBar /> : seat?.connected && <ElsewhereBar roomId={seat.room_id} />}
        <TabBar />
      </div>
      {app.opened.value && <PeopleDialogs opened={app.opened.value} />}
      {app.question.value && <RoomQuestions />}
      {Search && <Search onClose={() => setSearch(null)} />}
      <Toasts />
    </>
  );
}

type OpenPlace =
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "conversation"; readonly conversation: Conversation }
  | { readonly kind: "room"; readonly room: Room };

function placeOf(app: ReturnType<typeof useApp>, route: Route): OpenPlace | null {
  if (route.view === "channel") {
    const channel = [...app.store.channels.value.values()]
      .find((each) => each.slug === route.slug && each.room_id === null);
    return channel ? { kind: "channel", channel } : null;
  }
  if (route.view === "between") {
    const conversation = app.store.conversations.value.get(route.id);
    return conversation ? { kind: "conversation", conversation } : null;
  }
  if (route.view !== "room") return null;
  const room = [...app.store.rooms.value.values()].find((each) => each.slug === route.slug);
  return room ? { kind: "room", room } : null;
}

function Main(
  { route, onSearch }: {
    readonly route: Route;
    readonly onSearch: () => void;
  },
) {
  if (route.view === "settings") return <Settings topic={route.topic} />;
  if (route.view === "admin") return <Admin topic={route.topic} House={House} />;
  if (route.view === "welcome") return <Welcome step={route.step} />;
  return <House onSearch={onSearch} />;
}

/** The list and what is open; once more inside the page for who looks on as a role. */
function House({ onSearch }: { readonly onSearch: () => void }) {
  const isGone = useApp().socket.lostAt.value !== null;
  return (
    <>
      <Sidebar onSearch={onSearch} />
      <div class="middle">
        {isGone && <ConnectionBanner />}
        <Boundary name="The view" fallback={(again) => <Broken onAgain={again} />}>
          <View />
        </Boundary>
      </div>
    </>
  );
}

function View() {
  const app = useApp();
  const route = app.router.route.value;
  const place = placeOf(app, route);
  if (route.view === "rooms" && isPhone.value) return null; // the list is the page
  if (route.view === "home" || route.view === "rooms") return <Home />;
  if (route.view === "search") return <SearchPage />;
  if (route.view === "inbox") return <Inbox message={route.message} />;
  if (route.view === "plugin") return <PluginPage plugin={route.plugin} path={route.path} />;
  if (route.view === "between") return <Between id={route.id} target={route.message} />;
  if (place === null || place.kind === "conversation") return <NotFound />;
  const isBeside = route.view === "channel" && route.thread !== null;
  const target = "message" in route && !isBeside ? route.message : null;
  return place.kind === "channel"
    ? <ChannelView channel={place.channel} target={target} />
    : <RoomView room={place.room} target={target} />;
}

function Aside({ place, route }: { readonly place: OpenPlace; readonly route: Route }) {
  if (place.kind === "conversation") return <GroupAside conversation={place.conversation} />;
  if (place.kind === "channel" && route.view === "channel" && route.thread !== null) {
    const { thread, message } = route;
    return <ThreadAside channel={place.channel} id={thread} target={message} />;
  }
  return place.kind === "channel"
    ? <MembersAside channel={place.channel} />
    : <RoomAside room={place.room} target={"message" in route ? route.message : null} />;
}

function Broken({ onAgain }: { readonly onAgain: () => void }) {
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={t("broken.title")}>
      <Empty isPage icon="warn" title={t("broken.title")} text={t("broken.text")}>
        <button type="button" class="btn primary" onClick={onAgain}>{t("again")}</button>
      </Empty>
    </main>
  );
}

/** After a move to another view the focus stands at its beginning, as after a page load. */
function useFocusOnArrival(): void {
  const { router } = useApp();
  const view = JSON.stringify(router.route.value);
  const [first] = useState(view);
  useEffect(uncoverRoom, [view]);
  useEffect(() => {
    if (view === first || document.activeElement?.closest("textarea, dialog")) return;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [view]);
}
