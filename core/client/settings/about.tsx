/** About this place: its rules, its version, the keys. */

import { useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { SwitchRow } from "../kit/field.tsx";
import { Skeleton } from "../kit/place.tsx";
import { lettersAreKeys } from "../prefs.ts";
import { MessageBody } from "../text/body.tsx";

const KEYS = [
  ["?", "keys.keys"],
  ["Ctrl K", "keys.search"],
  ["/", "keys.search_page"],
  ["Alt ↑ ↓", "keys.places"],
  ["F6", "keys.regions"],
  ["M", "keys.mute"],
  ["D", "keys.deafen"],
  ["H", "keys.hand"],
  ["L", "keys.leave"],
  ["Space", "keys.hold"],
  ["↑", "keys.edit"],
  ["R T E +", "keys.message"],
  ["Esc", "keys.escape"],
] as const;

function HouseRules() {
  const { answer } = useAnswer<{ html: string }>("rules.show");
  return answer ? <MessageBody html={answer.html} /> : <Skeleton label={t("loading")} lines={3} />;
}

export function About() {
  const { store, version } = useApp();
  const community = store.community.value;
  return (
    <>
      {community.rules && (
        <section>
          <div class="hh">
            <h2 class="display">{t("about.rules")}</h2>
          </div>
          <HouseRules key={community.rules_version} />
        </section>
      )}
      <section>
        <div class="hh">
          <h2 class="display">{t("about.keys")}</h2>
        </div>
        <dl class="keys">
          {KEYS.map(([key, words]) => (
            <div key={key} class="row">
              <dt>
                <kbd class="kbd">{key === "Space" ? t("keys.space") : key}</kbd>
              </dt>
              <dd>{t(words)}</dd>
            </div>
          ))}
        </dl>
        <ul class="rows">
          <SwitchRow
            label={t("keys.letters")}
            hint={t("keys.letters_hint")}
            on={lettersAreKeys.value}
            onChange={(are) => lettersAreKeys.value = are}
          />
        </ul>
      </section>
      <p class="xs muted">{t("about.version", { version: version.value })}</p>
    </>
  );
}
