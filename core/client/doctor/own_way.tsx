/** "Test my connection": the way of one's own sound, in the settings of voice. */

import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { type Key, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Note } from "../kit/place.tsx";
import { partsOf } from "./browser.ts";
import {
  Examination,
  type Findings,
  IN_THE_BROWSER,
  type Look,
  ON_THE_WAY,
  type Verdict,
  verdictOf,
} from "./examination.ts";
import { copy, FindingRow, hopOf, type HopProps, Hops } from "./hops.tsx";

export const TONES = {
  well: "ok",
  slower: "warn",
  turned: "warn",
  closed: "rec",
  no_live: "rec",
} as const;

/** With "?test" behind the address it begins by itself: whose voice failed comes that way. */
export function OwnWay() {
  const app = useApp();
  const [examination] = useState(() => new Examination(partsOf(app)));
  const begins = app.router.path.value.endsWith("?test");
  useEffect(() => {
    if (begins) void examination.look();
  }, [begins]);
  const findings = examination.findings.value;
  const isBusy = examination.isUnderWay.value;
  const isBegun = isBusy || examination.doneAt.value !== null;
  const verdict = verdictOf(findings);
  return (
    <section class="own-way">
      <div class="hh">
        <h2 class="display">{t("doc.own")}</h2>
        {isBegun && !isBusy && (
          <Button
            icon="copy"
            size="s"
            onPress={() => copy(reportOf(findings, verdict))}
          >
            {t("doc.copy")}
          </Button>
        )}
        <Button icon="refresh" size="s" busy={isBusy} onPress={() => void examination.look()}>
          {t(isBegun ? "doc.again" : "doc.test")}
        </Button>
      </div>
      {!isBegun && <p class="sm muted">{t("doc.own_text")}</p>}
      {isBegun && (
        <>
          <Hops hops={ownHops(findings, isBusy)} />
          <div role="status">
            <OwnVerdict verdict={verdict} findings={findings} />
          </div>
          <ul class="rows hop-rows" aria-label={t("doc.browser")}>
            {IN_THE_BROWSER.filter((look) => isBusy || findings[look]).map((look) => (
              <FindingRow key={look} look={look} finding={findings[look]} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export function you(app: App): HopProps {
  const title = app.store.me.value?.display_name ?? t("doc.you");
  return { icon: "user", title, detail: t("doc.here"), state: "ok" };
}

function ownHops(findings: Findings, isBusy: boolean): readonly HopProps[] {
  return [you(useApp()), ...wayHops(findings, isBusy)];
}

/** TURN is shown once there is one. */
export function wayHops(findings: Findings, isBusy: boolean): readonly HopProps[] {
  const looks = ON_THE_WAY.filter((look: Look) => findings[look] || (isBusy && look !== "turn"));
  return looks.map((look) => softened(hopOf(look, findings), look, findings));
}

/** A way that is closed is no alarm where another one before it is open; one behind it takes over. */
function softened(hop: HopProps, look: Look, findings: Findings): HopProps {
  const verdict = verdictOf(findings);
  if (look === "turn" && hop.state === "bad") return { ...hop, state: "warn" };
  const takesOver = (look === "tcp" && verdict === "slower") ||
    (look === "turn" && verdict === "turned");
  if (!takesOver) return hop;
  const ms = findings[look]?.facts["ms"] ?? 0;
  return { ...hop, state: "warn", detail: t("doc.takes_over", { ms }) };
}

function OwnVerdict({ verdict, findings }: {
  readonly verdict: Verdict;
  readonly findings: Findings;
}) {
  if (verdict === "waiting") return <p class="sm muted">{t("doc.looking")}</p>;
  if (verdict === "unknown") {
    return <p class="sm">{String(findings.live?.facts["message"] ?? "")}</p>;
  }
  const steps = verdict === "closed" || verdict === "no_live";
  return (
    <Note tone={TONES[verdict]} icon={TONES[verdict] === "ok" ? "check" : "warn"}>
      <b>{t(`doc.verdict.${verdict}`)}</b>
      {!steps && t(`doc.hint.${verdict as "well" | "slower" | "turned"}`)}
      {steps && (
        <ol class="cure">
          {["1", "2", "3"].map((step) => <li key={step}>{t(`doc.${verdict}.${step}` as Key)}</li>)}
        </ol>
      )}
    </Note>
  );
}

/** What somebody sends to who keeps the server: no names, the addresses of the server alone. */
export function reportOf(findings: Findings, verdict: Verdict): string {
  const told = [...ON_THE_WAY, ...IN_THE_BROWSER].flatMap((look) => {
    const found = findings[look];
    if (!found) return [];
    const { address, port } = found.facts;
    const where = address ? ` (${address}, ${port})` : "";
    return [`${t(`doc.${look}` as Key)}: ${hopOf(look, findings).detail}${where}`];
  });
  const head = verdict === "waiting" || verdict === "unknown" ? "" : t(`doc.verdict.${verdict}`);
  return [head, ...told, new Date().toISOString(), navigator.userAgent].join("\n");
}
