/** One channel's history in this page: what is loaded, where the reader is, how to get more. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CommandError } from "../socket.ts";
import type { EventFrame, Message, Refusal } from "../wire.ts";
import {
  deleted,
  edited,
  type HistoryAnswer,
  isUnknown,
  NOTHING,
  opened,
  OPENING_SIZE,
  PAGE_SIZE,
  posted,
  quoting,
  type Window,
  withNewer,
  withOlder,
} from "./history.ts";
import { carded, fetchCards } from "./cards.ts";
import { fetchChips } from "./chips.ts";
import type { Command } from "./outbox.ts";

const CHANGED = new Set(["message.edited", "message.pinned", "message.unpinned"]);

export type Status = "loading" | "ready" | "failed";

type Change = (window: Window) => Window;

export class Conversation {
  readonly channel: string;
  readonly #command: Command;
  readonly #window = signal<Window>(NOTHING);
  readonly #status = signal<Status>("loading");
  readonly #refusal = signal<Refusal | null>(null);
  readonly #newSince = signal<string | null>(null);
  readonly #missed = signal(0);
  readonly #arrivals = signal(0);
  #fetching: "older" | "newer" | "open" | null = null;
  #meanwhile: Change[] = [];
  readonly #following = signal(true);

  constructor(channel: string, command: Command) {
    this.channel = channel;
    this.#command = command;
  }

  readonly window: ReadonlySignal<Window> = this.#window;
  readonly status: ReadonlySignal<Status> = this.#status;
  readonly refusal: ReadonlySignal<Refusal | null> = this.#refusal;
  /** The last message read before this visit, if something newer was there; null: no line. */
  readonly newSince: ReadonlySignal<string | null> = this.#newSince;
  /** How many messages came while the reader was further up. */
  readonly missed: ReadonlySignal<number> = this.#missed;
  /** Grows when what a visit asked for is there: the view then takes its first place anew. */
  readonly arrivals: ReadonlySignal<number> = this.#arrivals;
  /** Whether the reader stands at the newest message. */
  readonly following: ReadonlySignal<boolean> = this.#following;

  /** A visit begins: the line is drawn after `lastRead`, or not at all. */
  visit(lastRead: string | null, message: string | null): void {
    this.#newSince.value = lastRead;
    this.#missed.value = 0;
    this.#following.value = message === null && lastRead === null;
    const around = message ?? lastRead;
    void this.#open(around === null ? {} : { around }, () => this.#arrivals.value += 1);
  }

  /** What is shown may have holes, after a snapshot instead of the events missed. */
  refresh(): void {
    const middle = this.#following.value ? undefined : this.#window.value.messages.at(-1)?.id;
    void this.#open(middle ? { around: middle } : {});
  }

  /** Back to the newest. */
  async toEnd(): Promise<void> {
    this.#missed.value = 0;
    this.#following.value = true;
    if (this.#window.value.hasNewer) await this.#open({});
  }

  /** The view tells whether its reader is at the end. */
  follow(isFollowing: boolean): void {
    this.#following.value = isFollowing && !this.#window.value.hasNewer;
    if (this.#following.value) this.#missed.value = 0;
  }

  async older(): Promise<void> {
    const first = this.#window.value.messages[0];
    if (!first || !this.#window.value.hasOlder || this.#fetching) return;
    await this.#fetch("older", { before: first.id }, withOlder);
  }

  async newer(): Promise<void> {
    const last = this.#window.value.messages.at(-1);
    if (!last || !this.#window.value.hasNewer || this.#fetching) return;
    await this.#fetch("newer", { after: last.id }, withNewer);
  }

  arrived(message: Message): void {
    const before = this.#window.value;
    this.#change((window) => posted(window, message, this.#following.value));
    const id = message.reply_to_id;
    if (id && message.kind === "text" && isUnknown(before, id)) void this.#fetchQuoted(id);
  }

  /** What a new message answers may stand far up: the event does not bring it. */
  async #fetchQuoted(id: string): Promise<void> {
    const fields = { channel: this.channel, around: id, limit: 1 };
    const answer = await this.#command("message.history", fields).catch(() => ({ messages: [] }));
    this.#window.value = quoting(this.#window.value, answer["messages"] as Message[]);
  }

  /** Leaves a picture under a message or takes mine back, at once; undone if it is refused. */
  async react(message: string, emoji: string): Promise<void> {
    const all = this.#window.value.reactions.get(message) ?? [];
    const isMine = all.some((one) => one.emoji === emoji && one.mine);
    const look = await fetchChips().catch(() => null); // it is left though it is not shown
    const show = (isOn: boolean) => {
      if (look) this.#window.value = look.toggled(this.#window.value, message, emoji, isOn);
    };
    show(!isMine);
    try {
      await this.#command(isMine ? "reaction.remove" : "reaction.add", { message, emoji });
    } catch (error) {
      show(isMine);
      throw error;
    }
  }

  hear(frame: EventFrame, me: string): void {
    if (frame.event === "message.posted") {
      this.arrived(frame.data);
      if (!this.#following.value && frame.data.author_id !== me) this.#missed.value += 1;
    } else if (CHANGED.has(frame.event)) {
      this.#change((window) => edited(window, frame.data));
    } else if (frame.event === "message.deleted") {
      this.#change((window) => deleted(window, [frame.data.id]));
    } else if (frame.event === "messages.deleted") {
      this.#change((window) => deleted(window, frame.data.ids));
    } else if (frame.event === "card.changed") {
      void fetchCards().catch(() => {}).then(() =>
        this.#change((window) => carded(window, frame.data.message_id, frame.data.cards))
      );
    } else if (frame.event === "reaction.changed") {
      void fetchChips().then(
        ({ reacted }) => this.#change((window) => reacted(window, frame.data, me)),
        () => {}, // no look, so none are shown; the next visit asks for what stands there then
      );
    }
  }

  /** What happens while a page is on its way may be missing in it: it is done to the page too. */
  #change(change: Change): void {
    this.#window.value = change(this.#window.value);
    if (this.#fetching) this.#meanwhile.push(change);
  }

  async #open(where: Readonly<Record<string, string>>, arrived = () => {}): Promise<void> {
    if (this.#window.value.messages.length === 0) this.#status.value = "loading";
    await this.#fetch("open", where, (_window, answer) => {
      arrived();
      return opened(answer);
    });
  }

  async #fetch(
    what: "older" | "newer" | "open",
    where: Readonly<Record<string, string>>,
    join: (window: Window, answer: HistoryAnswer) => Window,
  ): Promise<void> {
    this.#fetching = what;
    this.#meanwhile = [];
    try {
      const limit = what === "open" ? OPENING_SIZE : PAGE_SIZE;
      const fields = { channel: this.channel, limit, ...where };
      const answer = await this.#command("message.history", fields);
      if (Object.keys(answer["reactions"] ?? {}).length > 0) await fetchChips().catch(() => {});
      if (Object.keys(answer["cards"] ?? {}).length > 0) await fetchCards().catch(() => {});
      if (this.#fetching !== what) return; // a newer visit has begun
      const joined = join(this.#window.value, answer as unknown as HistoryAnswer);
      this.#window.value = this.#meanwhile.reduce((window, change) => change(window), joined);
      this.#status.value = "ready";
      this.#refusal.value = null;
    } catch (error) {
      this.#failed(error);
    } finally {
      if (this.#fetching === what) this.#fetching = null;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === "lost") return; // the way back refreshes
    this.#refusal.value = error;
    if (this.#window.value.messages.length === 0) this.#status.value = "failed";
  }
}
