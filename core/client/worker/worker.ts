/**
 * The service worker: shows notices while no page looks, and opens the page without a network.
 *
 * The server puts `SHELL` before this script (`web/installable.py`). A new version is fetched whole
 * before it takes over; the files of the one before stay, for pages that are still open, and those of
 * older ones are deleted. Of all that the server answers only built files and the empty page of the app
 * are kept, never what somebody is told. The page comes from the server as long as that answers: what
 * was kept is shown only when it does not.
 */

interface Shell {
  readonly version: string;
  readonly files: readonly string[];
  /** The first parts of the addresses where the page of the app is. */
  readonly pages: readonly string[];
}

/** What a push says; `services/push.py` makes it, and `services/plugin_pushes.py` those of plugins. */
interface Notice {
  readonly kind: "message" | "test" | "plugin";
  readonly language: "en" | "fr";
  readonly channel_id?: string;
  /** Of a plugin: one for each topic; without a title the text is hidden. */
  readonly topic?: string;
  readonly title?: string;
  readonly address?: string;
  readonly author?: string;
  readonly place?: string;
  readonly text?: string;
  readonly silent: boolean;
}

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Pushed extends Lasting {
  readonly data: { json(): Notice } | null;
}

interface Clicked extends Lasting {
  readonly action: string;
  readonly notification: Notification;
}

interface Fetched extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Page {
  readonly focused: boolean;
  focus(): Promise<Page>;
  postMessage(message: unknown): void;
}

interface Worker {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(of: { type: "window" }): Promise<readonly Page[]>;
    openWindow(address: string): Promise<Page | null>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", call: (event: Lasting) => void): void;
  addEventListener(name: "push", call: (event: Pushed) => void): void;
  addEventListener(name: "notificationclick", call: (event: Clicked) => void): void;
  addEventListener(name: "fetch", call: (event: Fetched) => void): void;
}

declare const SHELL: Shell;
const worker = globalThis as unknown as Worker;

const SHELLS = "salon.shell.";
const SHELLS_MAX = 2;
const FILES = "/static/app/";
const PAGE = "/";
const ANSWER_WITHIN_MS = 4_000;
/** What stands before a server says so while that is away (RFC 9110, 15.6). */
const AWAY: readonly number[] = [502, 503, 504];

const WORDS = {
  en: {
    in: (author: string, place: string) => `${author} in ${place}`,
    hidden: "A new message",
    hidden_news: "Something you asked to be told",
    test: "It works",
    test_text: "Notifications reach this device.",
    reply: "Reply",
  },
  fr: {
    in: (author: string, place: string) => `${author} dans ${place}`,
    hidden: "Un nouveau message",
    hidden_news: "Quelque chose que tu voulais savoir",
    test: "Ça marche",
    test_text: "Les notifications arrivent sur cet appareil.",
    reply: "Répondre",
  },
} as const;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("push", (event) => event.waitUntil(show(event)));
worker.addEventListener("notificationclick", (event) => event.waitUntil(open(event)));
worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") {
    if (SHELL.pages.includes(pathname.split("/")[1] ?? "")) event.respondWith(page(event));
  } else if (pathname.startsWith(FILES)) {
    event.respondWith(file(event.request));
  }
});

async function install(): Promise<void> {
  const shell = await caches.open(SHELLS + SHELL.version);
  await shell.addAll([...SHELL.files]);
  await fetch(PAGE).then(keep).catch(() => {}); // the next visit brings it
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const known = (await caches.keys()).filter((name) => name.startsWith(SHELLS)); // oldest first
  for (const name of known.slice(0, -SHELLS_MAX)) await caches.delete(name);
  await worker.clients.claim();
}

/** The page as the server has it now; as it was last when that does not answer. */
async function page(event: Fetched): Promise<Response> {
  const asked = fetch(event.request);
  event.waitUntil(asked.then(keep).catch(() => {}));
  const answer = await Promise.race([asked, later()]).catch(() => null);
  if (answer && !AWAY.includes(answer.status)) return answer;
  return await kept() ?? await asked;
}

function later(): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, null));
}

async function kept(): Promise<Response | undefined> {
  return await (await caches.open(SHELLS + SHELL.version)).match(PAGE);
}

/** Keeps the empty page if it is that, and of the same version as the files. */
async function keep(answer: Response): Promise<void> {
  if (!answer.ok || answer.headers.get("Salon-Shell") !== SHELL.version) return;
  const copy = answer.clone(); // before anybody reads it
  await (await caches.open(SHELLS + SHELL.version)).put(PAGE, copy);
}

async function file(request: Request): Promise<Response> {
  return await caches.match(request, { ignoreVary: true }) ?? await fetch(request);
}

/** Nothing for whoever looks at a page of ours: that says it itself. */
async function show({ data }: Pushed): Promise<void> {
  if (!data) return;
  const notice = data.json();
  const isTest = notice.kind === "test";
  const pages = await worker.clients.matchAll({ type: "window" });
  if (!isTest && pages.some((one) => one.focused)) return;
  const words = WORDS[notice.language] ?? WORDS.en;
  const { author = "", place = "", text = "" } = notice;
  const title = notice.title || (place ? words.in(author, place) : author);
  await worker.registration.showNotification(isTest ? words.test : title || "Salon", {
    body: isTest ? words.test_text : text || words[notice.title === "" ? "hidden_news" : "hidden"],
    icon: "/icon/192.png",
    badge: "/icon/badge.png",
    tag: notice.channel_id ?? notice.topic ?? "test", // one for each place
    renotify: !notice.silent,
    silent: notice.silent,
    lang: notice.language,
    dir: "auto",
    data: { address: notice.address ?? "/settings/notifications" },
    actions: notice.kind === "message" ? [{ action: "reply", title: words.reply }] : [],
  } as NotificationOptions);
  await mark();
}

/** A page that is open goes there; else a new one. */
async function open({ action, notification }: Clicked): Promise<void> {
  notification.close();
  await mark();
  const { address } = notification.data as { readonly address: string };
  const to = action === "reply" ? `${address}?reply` : address;
  const [first] = await worker.clients.matchAll({ type: "window" });
  if (!first) return void await worker.clients.openWindow(to);
  const shown = await first.focus().catch(() => first); // it may be refused, as to robots
  shown.postMessage({ salon: "go", address: to });
}

/** The mark on the app's icon: how many notices wait. A page that is open counts better. */
async function mark(): Promise<void> {
  const waiting = await worker.registration.getNotifications();
  const { setAppBadge } = navigator as { setAppBadge?: (n: number) => Promise<void> };
  await setAppBadge?.call(navigator, waiting.length).catch(() => {});
}
