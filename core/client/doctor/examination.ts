/**
 * What a page finds out of its own way to the server: the web, the live line, how sound would go, and
 * what the browser itself needs. Each finding is told as it comes; the verdict is the worst of them.
 */

import { signal } from "@preact/signals";
import type { Phase } from "../socket.ts";
import { type Tried, tryWay, type Way, type WayParts } from "./ways.ts";

export type State = "ok" | "warn" | "bad" | "unseen" | "waiting";

/** One thing that was looked at; `reason` says which words tell it. */
export interface Finding {
  readonly state: State;
  readonly reason: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Look = Way | "web" | "live" | "mic" | "codec" | "clock";

/** In the order of a packet; then what the browser has. */
export const ON_THE_WAY: readonly Look[] = ["web", "live", "udp", "tcp", "turn"];
export const IN_THE_BROWSER: readonly Look[] = ["mic", "codec", "clock"];

export type Findings = Readonly<Partial<Record<Look, Finding>>>;

const CLOCK_MAY_DIFFER_MS = 30_000;
const MS_PER_S = 1_000;

export interface ExaminationParts extends WayParts {
  readonly socketPhase: () => Phase;
  readonly fetch: (address: string) => Promise<boolean>;
  readonly microphone: () => Promise<Finding>;
  readonly hasOpus: () => boolean;
}

export class Examination {
  readonly #parts: ExaminationParts;
  readonly findings = signal<Findings>({});
  readonly isUnderWay = signal(false);
  /** When the last look ended; null before the first. */
  readonly doneAt = signal<number | null>(null);

  constructor(parts: ExaminationParts) {
    this.#parts = parts;
  }

  async look(): Promise<void> {
    if (this.isUnderWay.value) return;
    this.isUnderWay.value = true;
    this.findings.value = {};
    try {
      await Promise.all([this.#web(), this.#browser(), this.#ways()]);
    } finally {
      this.isUnderWay.value = false;
      this.doneAt.value = this.#parts.today();
    }
  }

  /** Tries one way again, and nothing else. */
  async again(way: Way): Promise<void> {
    if (this.isUnderWay.value) return;
    this.isUnderWay.value = true;
    const { [way]: _, ...others } = this.findings.value;
    this.findings.value = others;
    this.#found(way, asFinding(way, await tryWay(way, this.#parts)));
    this.isUnderWay.value = false;
  }

  #found(look: Look, finding: Finding): void {
    this.findings.value = { ...this.findings.value, [look]: finding };
  }

  async #web(): Promise<void> {
    const begunMs = this.#parts.now();
    const isThere = await this.#parts.fetch("/health/live").catch(() => false);
    const ms = Math.round(this.#parts.now() - begunMs);
    this.#found("web", isThere ? ok("web", { ms }) : finding("bad", "web_closed"));
  }

  async #browser(): Promise<void> {
    this.#found("codec", this.#parts.hasOpus() ? ok("codec") : finding("bad", "codec_none"));
    this.#found("mic", await this.#parts.microphone());
  }

  async #ways(): Promise<void> {
    if (this.#parts.socketPhase() !== "open") {
      this.#found("live", finding("bad", "live_closed"));
      return;
    }
    const [udp, tcp, turn] = await Promise.all(
      (["udp", "tcp", "turn"] as const).map(async (way) => {
        const tried = await tryWay(way, this.#parts);
        if (way === "udp") this.#live(tried);
        this.#found(way, asFinding(way, tried));
        return tried;
      }),
    );
    if (udp?.state === "open" && tcp?.state === "closed") {
      this.#found("tcp", finding("warn", "tcp_closed", factsOf(tcp)));
    }
    if (turn?.state === "none") {
      const { turn: _, ...others } = this.findings.value;
      this.findings.value = others;
    }
  }

  #live(tried: Tried): void {
    if (tried.refusal !== undefined) {
      return this.#found("live", finding("unseen", "refused", { message: tried.refusal }));
    }
    this.#found("live", ok("live", { ms: Math.round(tried.askedMs) }));
    const seconds = Math.round(Math.abs(tried.aheadMs) / MS_PER_S);
    this.#found(
      "clock",
      Math.abs(tried.aheadMs) <= CLOCK_MAY_DIFFER_MS
        ? ok("clock", { seconds })
        : finding("warn", "clock_off", { seconds }),
    );
  }
}

export type Verdict = "waiting" | "well" | "slower" | "turned" | "closed" | "no_live" | "unknown";

/** How it stands with sound, out of what was found so far. */
export function verdictOf(findings: Findings): Verdict {
  const { live, udp, tcp, turn } = findings;
  if (live?.state === "bad" || findings.web?.state === "bad") return "no_live";
  if (live?.state === "unseen") return "unknown";
  if (udp?.state === "ok") return "well";
  if (!live || !udp || !tcp) return "waiting";
  if (tcp.reason === "tcp") return "slower";
  return turn?.reason === "turn" ? "turned" : "closed";
}

function asFinding(way: Way, tried: Tried): Finding {
  const facts = factsOf(tried);
  switch (tried.state) {
    case "open":
      return { state: "ok", reason: way, facts };
    case "closed":
      return { state: "bad", reason: `${way}_closed`, facts };
    case "none":
      return { state: "unseen", reason: `${way}_none`, facts };
    case "unknown":
      return { state: "unseen", reason: "refused", facts: { message: tried.refusal ?? "" } };
  }
}

function factsOf(tried: Tried): Finding["facts"] {
  return {
    ...(tried.ms === undefined ? {} : { ms: tried.ms }),
    address: tried.addresses.join(", "),
    offered: tried.offered.join(", "),
    port: tried.port,
  };
}

function ok(reason: string, facts: Finding["facts"] = {}): Finding {
  return { state: "ok", reason, facts };
}

export function finding(state: State, reason: string, facts: Finding["facts"] = {}): Finding {
  return { state, reason, facts };
}
