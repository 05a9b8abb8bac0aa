/**
 * A page inside the page for somebody who looks on as a role: a house of its own, told by the server
 * as that role sees it, on a line over which one reads and sends nothing. The modules of plugins are
 * activated once more for it, so that each puts there what it would for somebody with that role; what
 * they ask of the server is refused like everything else.
 */

import { computed, signal } from "@preact/signals";
import { App } from "../app/app.ts";
import { fromServer } from "../app/modules.ts";
import { parse, Router } from "../app/router.ts";
import { t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import { CommandError, type Line } from "../socket.ts";
import type { Account, EventFrame, Hello, Live, Snapshot } from "../wire.ts";

/** The house as the server tells it for a role. */
export interface Picture {
  readonly account: Account;
  readonly snapshot: Snapshot;
  readonly live: Live;
  readonly permissions: readonly string[];
}

const READS: ReadonlySet<string> = new Set(["message.history", "account.list"]);
const UNASKED: ReadonlySet<string> = new Set([
  "application.list",
  "hand.list",
  "inbox.unread",
  "presence.set",
  "sanction.own",
  "tag.list",
]);
const HEARTBEAT_S = 25;
const VIEWS: ReadonlySet<string> = new Set(["home", "rooms", "channel", "room", "plugin"]);

/** Moves within the inner page; the address of the outer one stays. */
class InnerRouter extends Router {
  readonly #inner = signal("/");
  override readonly path = this.#inner;
  override readonly route = computed(() => parse(this.#inner.value));
  override readonly navigate = (to: string): void => {
    if (VIEWS.has(parse(to).view)) this.#inner.value = to;
    else refuse();
  };
}

export class Looker extends App {
  override readonly router = new InnerRouter();
  override readonly isKept = false;
  readonly #line: InnerLine;

  constructor(outer: App, picture: Picture) {
    const line = new InnerLine(outer, picture);
    super(line.asLine(), fromServer);
    this.#line = line;
    this.socket.start();
  }

  /** Nobody takes a seat by looking. */
  override enter(): void {
    refuse();
  }

  /** The house has changed: the same as the server tells it now. */
  show({ snapshot, live, permissions }: Picture): void {
    this.hear({ event: "access.changed", data: { snapshot, live, permissions } });
  }

  hear(frame: EventFrame): void {
    this.#line.tell(frame);
  }
}

export function refuse(): void {
  toast({ text: t("viewas.nothing_sent"), icon: "eye" });
}

/** Answers hello with the picture, hands reading on to the outer line, and refuses all else. */
class InnerLine {
  #socket: InnerSocket | null = null;

  constructor(readonly outer: App, readonly picture: Picture) {}

  asLine(): Line {
    return {
      address: "",
      now: () => Date.now(),
      chance: () => 0,
      ticket: () => Promise.resolve("inner"),
      after: soonOrNever,
      open: () => {
        const socket = this.#socket = new InnerSocket((frame) => this.#answer(frame));
        queueMicrotask(() => socket.onopen?.());
        return socket as unknown as WebSocket;
      },
    };
  }

  tell(frame: unknown): void {
    this.#socket?.onmessage?.({ data: JSON.stringify(frame) });
  }

  #answer({ id, type, ...fields }: { id: number; type: string }): void {
    this.#result(type, fields).then(
      (result) => this.tell({ id, ok: true, result }),
      (error: CommandError) => this.tell({ id, ok: false, error: { ...error.facts } }),
    );
  }

  async #result(type: string, fields: Record<string, unknown>): Promise<unknown> {
    if (type === "hello") return this.#hello();
    if (type === "ping" || type === "typing.start" || type === "read.move") return {};
    if (READS.has(type)) return await this.outer.socket.command(type, fields);
    if (!UNASKED.has(type) && !this.#isOfPlugin(type)) refuse(); // nobody pressed anything for those
    throw new CommandError({ code: "denied", message: t("viewas.nothing_sent") });
  }

  #isOfPlugin(type: string): boolean {
    return this.outer.modules.named.some(({ plugin }) => type.startsWith(`${plugin}.`));
  }

  #hello(): Hello {
    return {
      ...this.picture,
      session_id: "",
      epoch: "",
      seq: 0,
      heartbeat_s: HEARTBEAT_S,
      now: new Date(this.outer.serverNow()).toISOString(),
      resumed: false,
      plugins: { modules: this.outer.modules.named },
      version: this.outer.version.peek(),
    };
  }
}

/** The line is in this page and cannot be lost: nothing is waited for, so that nothing is left. */
function soonOrNever(ms: number, call: () => void): () => void {
  if (ms === 0) queueMicrotask(call);
  return () => {};
}

/** As much of a `WebSocket` as ours uses. */
class InnerSocket {
  onopen: (() => void) | null = null;
  onmessage: ((frame: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly heard: (frame: { id: number; type: string }) => void) {}

  send(frame: string): void {
    this.heard(JSON.parse(frame));
  }

  close(): void {}
}
