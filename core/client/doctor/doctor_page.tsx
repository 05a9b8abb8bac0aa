/**
 * The doctor: the way of a voice hop by hop, as this page finds it and as the server does. The first
 * broken hop is the only red one, with what puts it right.
 */

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { clock } from "../format.ts";
import { type Key, language, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import type { IconName } from "../kit/icon.tsx";
import { Note } from "../kit/place.tsx";
import { partsOf } from "./browser.ts";
import {
  Examination,
  type ExaminationParts,
  type Findings,
  IN_THE_BROWSER,
  type Look,
  ON_THE_WAY,
  type State,
  verdictOf,
} from "./examination.ts";
import { Copied, copy, FindingRow, type HopProps, Hops, Row } from "./hops.tsx";
import { reportOf, wayHops, you } from "./own_way.tsx";
import { isNear, type Tried, tryWay, type Way } from "./ways.ts";

/** A hop as the server finds it, in the reader's language. */
interface ServerHop {
  readonly name: string;
  readonly state: State;
  readonly reason: string;
  readonly title: string;
  readonly said: string;
  readonly fix: string;
}

const BEFORE: Readonly<Record<string, IconName>> = { name: "globe", certificate: "lock" };
const OTHER_PORT = "media: {port: 3478}";

class Looks {
  readonly #app: App;
  readonly parts: ExaminationParts;
  readonly page: Examination;
  /** Where this browser comes from, as the server sees it. */
  readonly seen = signal("");
  readonly server = signal<readonly ServerHop[] | null>(null);
  readonly refusal = signal("");

  constructor(app: App) {
    this.#app = app;
    this.parts = partsOf(app);
    this.page = new Examination(this.parts);
  }

  async look(): Promise<void> {
    this.refusal.value = "";
    this.server.value = null;
    await Promise.all([this.page.look(), this.#ask(), this.#askAddress()]);
  }

  async #askAddress(): Promise<void> {
    const answer = await fetch("/api/address").catch(() => null);
    this.seen.value = answer?.ok ? (await answer.json()).address : "";
  }

  async #ask(): Promise<void> {
    try {
      const answer = await this.#app.command("server.examine", { language: language.value });
      this.server.value = answer["hops"] as readonly ServerHop[];
    } catch (error) {
      this.refusal.value = (error as Error).message;
    }
  }
}

export function DoctorPage() {
  const app = useApp();
  const [looks] = useState(() => new Looks(app));
  useEffect(() => void looks.look(), [looks]);
  const { page, server, refusal } = looks;
  const findings = page.findings.value;
  const hops = server.value ?? [];
  const isBusy = page.isUnderWay.value || (!server.value && !refusal.value);
  return (
    <>
      <div class="row wrap doctor-head">
        <p class="grow sm muted" role="status">
          {isBusy ? t("doc.looking") : [summaryOf(findings), lookedAt(page.doneAt.value)].join(" ")}
        </p>
        <Button icon="copy" disabled={isBusy} onPress={() => copy(wholeReport(findings, hops))}>
          {t("doc.copy")}
        </Button>
        <Button icon="refresh" busy={isBusy} onPress={() => void looks.look()}>
          {t("doc.again")}
        </Button>
      </div>
      {refusal.value && <Note tone="warn" icon="warn">{refusal.value}</Note>}
      <Hops hops={[you(app), ...before(hops, isBusy), ...wayHops(findings, isBusy)]} />
      {!isBusy && <Problem looks={looks} findings={findings} hops={hops} />}
      {!isBusy && <Guess looks={looks} findings={findings} />}
      <Near findings={findings} />
      <Others findings={findings} hops={hops} />
    </>
  );
}

function summaryOf(findings: Findings): string {
  const verdict = verdictOf(findings);
  if (verdict === "waiting") return t("doc.looking");
  if (verdict === "unknown") return String(findings.live?.facts["message"] ?? "");
  return t(`doc.verdict.${verdict}`);
}

function lookedAt(doneAt: number | null): string {
  return doneAt === null ? "" : t("doc.looked", { when: clock(new Date(doneAt).toISOString()) });
}

function before(hops: readonly ServerHop[], isBusy: boolean): readonly HopProps[] {
  return Object.entries(BEFORE).flatMap(([name, icon]) => {
    const hop = hops.find((each) => each.name === name);
    if (!hop) {
      return isBusy
        ? [{ icon, title: t(`doc.${name}` as Key), detail: t("doc.looking"), state: "waiting" }]
        : [];
    }
    const { title, state, said } = hop;
    if (name === "name") return [{ icon, title, detail: location.hostname, state }];
    if (state === "unseen" && location.protocol === "https:") { // this page has seen it
      return [{ icon, title, detail: t("doc.valid"), state: "ok" }];
    }
    const detail = state === "ok"
      ? said.slice(0, said.endsWith(".") ? -1 : undefined)
      : t(`doc.state.${state}` as Key);
    return [{ icon, title, detail, state }];
  });
}

// -- the broken one

interface ProblemProps {
  readonly looks: Looks;
  readonly findings: Findings;
  readonly hops: readonly ServerHop[];
}

function Problem({ looks, findings, hops }: ProblemProps) {
  const broken = hops.find((hop) => hop.state === "bad" && hop.name !== "turn");
  const way = (["udp", "tcp"] as const).find((each) => findings[each]?.reason === `${each}_closed`);
  if (findings.live?.state === "bad" || (broken && !(way && broken.name === way))) {
    return broken ? <OfServer hop={broken} /> : null;
  }
  return way ? <OfWay way={way} looks={looks} findings={findings} hops={hops} /> : null;
}

function OfServer({ hop }: { readonly hop: ServerHop }) {
  return (
    <section class="fix" aria-label={t("doc.wrong")}>
      <div>
        <h2 class="display">{hop.title}</h2>
        <p class="sm">{hop.said}</p>
      </div>
      {hop.fix && (
        <div>
          <b class="sm">{t("doc.right")}</b>
          <p class="sm">{hop.fix}</p>
        </div>
      )}
    </section>
  );
}

function OfWay({ way, looks, findings, hops }: ProblemProps & { readonly way: Way }) {
  const { address = "", port = "" } = findings[way]?.facts ?? {};
  const kind = way.toUpperCase();
  const facts = { kind, port: String(port), address: String(address) };
  const inside = hops.find((hop) => hop.name === way);
  const verdict = verdictOf(findings);
  const isOfFirewall = inside?.state === "bad"; // of this machine, which the server has seen
  const router = (
    <li>
      <span>{t("doc.fix.router", facts)}</span>
    </li>
  );
  const isOtherOpen = verdict === "well" || verdict === "slower" || verdict === "turned";
  return (
    <section class="fix" aria-label={t("doc.wrong")}>
      <div>
        <h2 class="display">{t("doc.not_through", facts)}</h2>
        <p class="sm">
          {t("doc.tried", facts)} {inside?.state === "ok"
            ? t("doc.inside_ok")
            : inside && t("doc.inside", { said: inside.said })}
        </p>
        <Note tone="warn" icon="users">
          <b>{t("doc.notice")}</b>
          {isOtherOpen ? t(`doc.notice.${verdict}`) : t("doc.notice.closed")}
        </Note>
      </div>
      <div>
        <b class="sm">{t("doc.right")}</b>
        <ol class="cure">
          {inside?.reason === "udp.elsewhere" && (
            <li>
              <span>{inside.fix}</span>
            </li>
          )}
          {!isOfFirewall && router}
          <li>
            <span>
              {t("doc.fix.firewall")} <Copied text={`sudo ufw allow ${port}/${way}`} />
            </span>
          </li>
          {isOfFirewall && router}
          <li>
            <span>
              {t("doc.fix.other")} <Copied text={OTHER_PORT} />
            </span>
          </li>
        </ol>
        <Button tone="primary" icon="refresh" onPress={() => void looks.page.again(way)}>
          {t("doc.try_again", facts)}
        </Button>
      </div>
    </section>
  );
}

/**
 * Where this browser comes from, when the server does not tell it to others: seen from the server's
 * own network it is the way in. It is tried, which proves that the server answers there, and told to
 * others only once the keeper has written it down: a proxy of somebody else's would answer as well.
 */
function Guess({ looks, findings }: Omit<ProblemProps, "hops">) {
  const address = looks.seen.value;
  const [outcome, show] = useState<Tried["state"] | "trying" | null>(null);
  const isTold = String(findings.udp?.facts["offered"] ?? "").split(", ").includes(address);
  if (!address || isNear(address) || isTold) return null;
  const look = async () => {
    show("trying");
    show((await tryWay("udp", looks.parts, address)).state);
  };
  return (
    <Note icon="info">
      <b>{t("doc.guess", { address })}</b>
      {t("doc.guess_text")}
      <div role="status" class="guess">
        {outcome === "open" && t("doc.guess_open")}
        {outcome === "closed" && t("doc.guess_closed")}
        {(outcome === "open" || outcome === "closed") && (
          <Copied text={`media: {addresses: ["${address}"]}`} />
        )}
      </div>
      <Button size="s" icon="refresh" busy={outcome === "trying"} onPress={() => void look()}>
        {t("doc.guess_try")}
      </Button>
    </Note>
  );
}

/** From inside the server's own network nobody sees what others see. */
function Near({ findings }: { readonly findings: Findings }) {
  const address = String(findings.udp?.facts["address"] ?? "");
  if (findings.udp?.state !== "ok" || !isNear(address)) return null;
  return <Note icon="info">{t("doc.near", { address })}</Note>;
}

// -- everything else

/** What is in order on the way is above; what the server cannot see this page may have seen. */
function isShownAbove({ name, state }: ServerHop, findings: Findings): boolean {
  if (name in BEFORE) return state === "ok";
  const isSeenHere = findings[name as Look]?.state === "ok";
  return isSeenHere && ON_THE_WAY.includes(name as Look) && (state === "ok" || state === "unseen");
}

function Others({ findings, hops }: {
  readonly findings: Findings;
  readonly hops: readonly ServerHop[];
}) {
  const others = hops.filter((hop) => !isShownAbove(hop, findings));
  const looks = IN_THE_BROWSER.filter((look) => findings[look]);
  const states = [...others, ...looks.map((look) => findings[look])].map((each) => each?.state);
  const n = states.filter((state) => state === "ok").length;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("doc.others")}</h2>
        <span class="sm muted">{t("doc.count", { n, all: states.length })}</span>
      </div>
      <ul class="rows hop-rows" aria-label={t("doc.others")}>
        {others.map((hop) => (
          <Row key={hop.reason + hop.said} title={hop.title} state={hop.state}>
            {[hop.said, hop.fix].filter(Boolean).join(" ")}
          </Row>
        ))}
        {looks.map((look) => <FindingRow key={look} look={look} finding={findings[look]} />)}
      </ul>
    </section>
  );
}

function wholeReport(findings: Findings, hops: readonly ServerHop[]): string {
  const told = hops.map((hop) => `${hop.title}: ${hop.said} ${hop.fix}`.trim());
  return [...told, "", reportOf(findings, verdictOf(findings))].join("\n");
}
