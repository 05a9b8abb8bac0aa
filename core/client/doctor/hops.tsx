/** The way of a voice, hop by hop: a row on wide pages, a column on narrow ones. */

import type { ComponentChildren } from "preact";
import { type Key, t, type Values } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { toast } from "../kit/toast.tsx";
import type { Finding, Findings, Look, State } from "./examination.ts";

export interface HopProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly state: State;
}

export function Hops({ hops }: { readonly hops: readonly HopProps[] }) {
  return (
    <ol class="hops" aria-label={t("doc.way")}>
      {hops.map((hop, at) => {
        const next = hops[at + 1]?.state;
        const leads = hop.state === "bad" ? "" : next === "bad" ? " prebad" : ` to-${next}`;
        return (
          <li key={hop.title} class={`hop ${hop.state}${next ? leads : ""}`}>
            <span class="sq">
              {hop.state === "waiting" ? <span class="spin" /> : <Icon name={hop.icon} />}
            </span>
            <b>{hop.title}</b>
            <span>{hop.detail}</span>
          </li>
        );
      })}
    </ol>
  );
}

const ICONS: Readonly<Record<Look, IconName>> = {
  web: "server",
  live: "chat",
  udp: "mic",
  tcp: "swap",
  turn: "undo",
  mic: "mic",
  codec: "wave",
  clock: "clock",
};

/** A hop of what the page found. Once sound has a way, a later one that is closed is no fault. */
export function hopOf(look: Look, findings: Findings): HopProps {
  const finding = findings[look];
  const title = t(`doc.${look}` as Key);
  if (!finding) return { icon: ICONS[look], title, detail: t("doc.looking"), state: "waiting" };
  const detail = t(`doc.short.${finding.reason}` as Key, finding.facts);
  return { icon: ICONS[look], title, detail, state: finding.state };
}

const TICKS: Readonly<Record<State, IconName>> = {
  ok: "check",
  warn: "warn",
  bad: "x",
  unseen: "minus",
  waiting: "more",
};

export interface RowProps {
  readonly title: string;
  readonly state: State;
  readonly children: ComponentChildren;
}

/** A thing that stands beside the way. */
export function Row({ title, state, children }: RowProps) {
  return (
    <li>
      <span class={`tick ${state}`}>
        {state === "waiting" ? <span class="spin" /> : <Icon name={TICKS[state]} />}
      </span>
      <div class="grow">
        <b class="sm">{title}</b>
        <span class="detail">{children}</span>
      </div>
    </li>
  );
}

export function FindingRow({ look, finding }: {
  readonly look: Look;
  readonly finding: Finding | undefined;
}) {
  return (
    <Row title={t(`doc.${look}` as Key)} state={finding?.state ?? "waiting"}>
      {finding ? said(finding) : t("doc.looking")}
    </Row>
  );
}

/** A finding as a sentence. */
export function said({ reason, facts }: Finding): string {
  return t(`doc.said.${reason}` as Key, facts as Values);
}

/** A line to be typed somewhere. */
export function Copied({ text }: { readonly text: string }) {
  return (
    <span class="copyline">
      <code>{text}</code>
      <IconButton
        icon="copy"
        label={t("doc.copy_line", { text })}
        small
        onPress={() => copy(text)}
      />
    </span>
  );
}

export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast({ text: t("copied") }),
    (error) => toast({ text: String(error), tone: "bad" }),
  );
}
