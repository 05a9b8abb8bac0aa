/** The whole page as one object: it knows the parts and who hears what. */

import { effect, signal, untracked } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import { Microphone } from "../microphone.ts";
import { micWish } from "../prefs.ts";
import { listensAt } from "../stage/stage.ts";
import { Refusals } from "../refusals.ts";
import { type CommandError, type Line, Socket } from "../socket.ts";
import { Store } from "../store.ts";
import { Conversation } from "../text/conversation.ts";
import { Drafts } from "../text/drafts.ts";
import { Outbox } from "../text/outbox.ts";
import type { Shelf } from "../text/shelf.ts";
import { Voice } from "../voice.ts";
import type { Kept } from "../offline/kept.ts";
import type { Channel, EventFrame, Hello, Level, Room, Ruled, Thread } from "../wire.ts";
import { type Load, Modules } from "./modules.ts";
import { Router } from "./router.ts";
import { Slots } from "./slots.ts";

/** Channels whose history stays loaded; the one left longest ago goes first. */
const CONVERSATIONS_MAX = 6;
const ATTENTION_AFTER_MS = 500;
const KEEP_AFTER_MS = 1_500;

// deno-lint-ignore no-explicit-any
type Handler = (data: any) => void;

/** What is asked before a door opens; `RoomQuestions` shows it. */
export interface Question {
  readonly ask: "microphone" | "move" | "leave";
  readonly roomId: string;
}

/** What is shown of people over everything else. */
export type Opened =
  | { readonly what: "person"; readonly id: string }
  | { readonly what: "people" | "rules" | "warning" | "second_step" };

export class App {
  readonly store = new Store();
  readonly router = new Router();
  readonly slots = new Slots();
  readonly microphone = new Microphone();
  readonly refusals = new Refusals();
  readonly socket: Socket;
  readonly outbox: Outbox;
  readonly voice: Voice;
  readonly modules: Modules;
  /** Whether the first welcome has come; until then there is nothing to show. */
  readonly isReady = signal(false);
  /** Whether nothing but what this device kept is shown: there was no line since the page opened. */
  readonly isFromDevice = signal(false);
  readonly version = signal("");
  /** What asks for me and is not read: message → its channel. */
  readonly unread = signal<ReadonlyMap<string, string>>(new Map());
  /** How many wait to be let in, for those who answer them. */
  readonly applicants = signal(0);
  readonly levels = signal<ReadonlyMap<string, Level>>(new Map());
  readonly question = signal<Question | null>(null);
  readonly opened = signal<Opened | null>(null);
  readonly drafts = new Drafts();
  /** What this device kept of places, for times without a line; there when it is needed. */
  kept: Kept | null = null;
  readonly #conversations = new Map<string, Conversation>();
  readonly #handlers = new Map<string, Set<Handler>>();
  /** Channels that show what was kept: asked for anew when the line is there. */
  readonly #keptShown = new Set<string>();
  #unpackedFor: string | null = null;
  #aheadMs = 0; // how far this device's clock is ahead of the server's
  #tabs: BroadcastChannel | null = null;
  /** Signing out here: the form leads on, not what the socket hears of it. */
  isLeaving = false;
  /** Whether what is shown and written is one's own, and is kept on this device. */
  readonly isKept: boolean = true;

  /** Who did what to my voice; told to me alone. */
  readonly ruled = signal<{ readonly [act in Ruled["act"]]?: Ruled | undefined }>({});

  constructor(line: Line, load: Load) {
    this.socket = new Socket(line, {
      onHello: (hello) => this.#welcomed(hello),
      onEvent: (frame) => this.#heard(frame),
      isUrgent: () => this.voice.roomId.peek() !== null,
    });
    this.store.onStranger = (id) => {
      import("../strangers.ts").then(({ want }) => want(this, id), () => {});
    };
    this.outbox = new Outbox(this.command, (message) => {
      this.#conversations.get(message.channel_id)?.arrived(message);
    });
    this.voice = new Voice({
      command: this.command,
      socketPhase: this.socket.phase,
      renewSocket: () => this.socket.reconnect(),
      store: this.store,
      microphone: this.microphone,
      connection: (iceServers) => new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers }),
      now: () => performance.now(),
      every: (ms, call) => {
        const timer = setInterval(call, ms);
        return () => clearInterval(timer);
      },
      onEnded: (roomId, reason) => this.#voiceEnded(roomId, reason),
    });
    this.modules = new Modules(this, load);
  }

  start(): void {
    this.router.start();
    this.socket.start();
    this.#shareVoice();
    effect(() => {
      if (this.socket.phase.value === "open") void this.outbox.flush();
      else untracked(() => this.store.hush());
    });
    effect(() => {
      const isOut = this.socket.phase.value === "signed_out";
      if (isOut && !this.isLeaving) void this.#leaveDevice().finally(toSignIn);
    });
    effect(() => {
      if (this.socket.lostAt.value && !this.isReady.peek()) void this.#device().catch(() => {});
    });
    // A line that the browser knows to be gone is not waited for until it is found to be silent.
    for (const event of ["online", "offline"]) {
      addEventListener(event, () => this.socket.reconnect());
    }
    addEventListener("pagehide", () => this.voice.leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.socket.reconnect());
  }

  /** Asks the server. Fails with a `CommandError` whose message is in the reader's language. */
  readonly command = (
    type: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> =>
    this.socket.command(type, fields).catch(async (error: CommandError) => {
      throw await this.refusals.inWords(error);
    });

  /** Calls back at each such event, until the function returned is called. */
  on(event: string, handler: Handler): () => void {
    const all = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, all.add(handler));
    return () => all.delete(handler);
  }

  /** One who speaks elsewhere is asked first; then, once per device, whether to use the microphone. */
  enter(roomId: string, hasAgreed = false): void {
    const { roomId: here, muted } = this.voice;
    const world = this.store.world.value;
    const isListener = listensAt(world, world.rooms.get(roomId));
    const isElsewhere = here.value !== null && here.value !== roomId;
    const ask = isElsewhere && !muted.value && !hasAgreed
      ? "move"
      : micWish.value === "unasked" && !isListener
      ? "microphone"
      : null;
    this.question.value = ask && { ask, roomId };
    if (!ask) void this.voice.join(roomId, isListener);
  }

  conversation(channelId: string): Conversation {
    const known = this.#conversations.get(channelId) ?? new Conversation(channelId, this.#history);
    this.#conversations.delete(channelId);
    this.#conversations.set(channelId, known); // the most recent stands last
    const oldest = this.#conversations.keys().next().value;
    if (this.#conversations.size > CONVERSATIONS_MAX && oldest) this.#conversations.delete(oldest);
    return known;
  }

  /** A page of history tells of the threads that began in it, archived ones too. */
  readonly #history = async (type: string, fields: Readonly<Record<string, unknown>>) => {
    const answer = await this.command(type, fields).catch((error) => this.#keptOf(fields, error));
    for (const data of (answer["threads"] ?? []) as readonly Thread[]) { // of history alone
      this.store.apply({ event: "thread.changed", data }, Date.now());
    }
    return answer;
  };

  /** Without a line, what this device kept of the channel. */
  async #keptOf(fields: Readonly<Record<string, unknown>>, error: CommandError) {
    const kept = error.code === "lost" ? await this.kept?.history(fields) : null;
    if (!kept) throw error;
    this.#keptShown.add(String(fields["channel"]));
    return kept;
  }

  /** The chat of a room is the channel with its id; the snapshot may leave it to us. */
  chatOf(room: Room): Channel {
    return this.store.channels.value.get(room.id) ?? {
      ...room,
      room_id: room.id,
      last_message_id: null,
      slow_mode_s: 0,
      is_public: false,
    };
  }

  /** Whether there is no network, by what the browser says or by how this page came to be. */
  isOffline(): boolean {
    return this.socket.phase.value !== "open" && (this.isFromDevice.value || !navigator.onLine);
  }

  /** The server's time in ms, which what it tells is measured by; this device's may be wrong. */
  serverNow(): number {
    return Date.now() - this.#aheadMs;
  }

  /** Shows what this device kept, until the line is there. */
  restore(hello: Hello): void {
    if (this.isReady.peek()) return;
    this.store.welcome(hello);
    this.version.value = hello.version;
    this.isFromDevice.value = true;
    this.isReady.value = true;
    this.#unpack(hello.account.id);
  }

  async #device(): Promise<void> {
    const { attach } = await import("../offline/device.ts");
    await attach(this);
  }

  async #leaveDevice(): Promise<void> {
    const { leaveDevice } = await import("../offline/leaving.ts");
    await leaveDevice();
  }

  #welcomed(hello: Hello): void {
    const isFirst = this.#unpackedFor === null;
    if (!isFirst && this.#unpackedFor !== hello.account.id) {
      return void this.#leaveDevice().finally(() => location.reload()); // somebody else signed in
    }
    this.store.welcome(hello);
    this.#aheadMs = Date.now() - Date.parse(hello.now);
    this.isReady.value = true;
    this.isFromDevice.value = false;
    for (const [id, one] of this.#conversations) {
      if (!hello.resumed || this.#keptShown.has(id)) queueMicrotask(() => one.refresh());
    }
    this.#keptShown.clear();
    this.voice.hello(hello);
    if (isFirst) afterPaint(() => this.#unpack(hello.account.id));
    if (!hello.resumed) {
      setTimeout(() => void this.#attend().catch(() => {}), ATTENTION_AFTER_MS);
      setTimeout(() => void this.#keep(hello).catch(() => {}), KEEP_AFTER_MS);
    }
    afterPaint(() => void this.modules.use(hello.plugins.modules));
    this.#compareVersion(hello.version);
  }

  /** Takes up what was written on this device and not sent. */
  #unpack(accountId: string): void {
    if (this.#unpackedFor !== null || !this.isKept) return;
    this.#unpackedFor = accountId;
    import("../text/shelf.ts").then(({ shelfOf }) => this.#takeUp(shelfOf(accountId)), () => {});
  }

  #takeUp(shelf: Shelf | null): void {
    if (!shelf) return;
    this.drafts.keepIn(shelf);
    this.outbox.keepIn(shelf);
    dispatchEvent(new CustomEvent("salon:draft"));
    addEventListener("storage", ({ key, newValue }) => {
      const nonce = newValue === null ? shelf.nonceOf(key) : null;
      if (nonce) this.outbox.arrived(nonce); // another tab has sent it, or taken it back
    });
  }

  /** Keeps what was told for times without a line, when all else is there. */
  async #keep(hello: Hello): Promise<void> {
    if (this.isLeaving || !this.isKept) return;
    await this.#device();
    await this.kept?.welcome(hello);
  }

  /** The histories that stand loaded, for what keeps them on this device. */
  get conversations(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  /** What asks for me comes after all that is shown first. */
  async #attend(): Promise<void> {
    const { attend } = await import("./attention.ts");
    await attend(this);
  }

  /** The server was updated while this page stood open: said once, never forced. */
  #compareVersion(version: string): void {
    const before = this.version.value;
    this.version.value = version;
    if (before === "" || before === version) return;
    toast({
      text: t("version.new"),
      icon: "refresh",
      action: { label: t("version.reload"), run: () => location.reload() },
    });
  }

  #heard(frame: EventFrame): void {
    this.store.apply(frame, Date.now());
    const me = this.store.world.value.me;
    if (/^(messages?|reaction|card)\./.test(frame.event)) {
      this.#conversations.get(frame.data.channel_id)?.hear(frame, me);
      if (frame.data.author_id === me && frame.data.nonce) this.outbox.arrived(frame.data.nonce);
    }
    if (frame.event === "voice.ruled") {
      this.ruled.value = { ...this.ruled.peek(), [frame.data.act]: frame.data };
    }
    this.voice.hear(frame);
    if (frame.event === "voice.called") this.enter(frame.data.room_id, true);
    this.#handlers.get(frame.event)?.forEach((handler) => handler(frame.data));
  }

  #voiceEnded(roomId: string, reason: string): void {
    const room = this.store.rooms.value.get(roomId);
    void import("../rooms/ended.ts").then(({ sayEnded }) => sayEnded(this, room, reason));
  }

  /** One place per person: the tab that joins last has it. */
  #shareVoice(): void {
    const tabs = new BroadcastChannel("salon.voice");
    this.#tabs = tabs;
    tabs.onmessage = ({ data }) => data === this.store.world.value.me && this.voice.yield();
    effect(() => {
      if (this.voice.phase.value === "opening") this.#tabs?.postMessage(this.store.world.peek().me);
    });
  }
}

/** The page shows what it has before it fetches what plugins add. A hidden page paints nothing. */
function afterPaint(call: () => void): void {
  if (document.hidden) setTimeout(call);
  else requestAnimationFrame(() => setTimeout(call));
}

function toSignIn(): void {
  const here = location.pathname + location.search;
  location.assign(`/signin?next=${encodeURIComponent(here)}`);
}

const AppContext = createContext<App | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("Rendered outside of the app");
  return app;
}
