/** The community: its name, its hue, its language, its rules. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { LANGUAGES, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Select, TextField } from "../kit/field.tsx";
import { toast } from "../kit/toast.tsx";

const NAME_MAX = 64;
const RULES_MAX = 4_000;

export function CommunityPage() {
  const app = useApp();
  const community = app.store.community.value;
  const [name, setName] = useState(community.name);
  const [hue, setHue] = useState(community.accent_hue);
  const [language, setLanguage] = useState(community.language);
  const [rules, setRules] = useState(community.rules);
  const { isBusy, refusal, run } = useDoing();
  usePreview(hue, community.accent_hue);
  const save = async () => {
    const fields = { name: name.trim(), accent_hue: hue, language, rules };
    if (await run(() => app.command("community.edit", fields))) toast({ text: t("saved") });
  };
  return (
    <form
      class="stackform"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t("adm.community_name")}
        value={name}
        onInput={setName}
        max={NAME_MAX}
        required
        error={refusal?.message}
      />
      <label class="field">
        <span class="lab">{t("adm.hue")}</span>
        <input
          type="range"
          class="huebar"
          min={0}
          max={360}
          value={hue}
          onInput={(event) => setHue(Number(event.currentTarget.value))}
        />
        <span class="hint">{t("adm.hue_hint")}</span>
      </label>
      <Select
        label={t("look.language")}
        hint={t("adm.language_hint")}
        value={language}
        options={LANGUAGES}
        onChange={setLanguage}
      />
      <TextField
        label={t("about.rules")}
        hint={t("adm.rules_hint")}
        lines
        value={rules}
        onInput={setRules}
        max={RULES_MAX}
      />
      <div class="row">
        <Button type="submit" tone="primary" size="lg" busy={isBusy} disabled={!name.trim()}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

/** The whole page shows the hue while it is being chosen. */
function usePreview(hue: number, saved: number): void {
  useEffect(() => {
    document.documentElement.style.setProperty("--accent-h", String(hue));
    return () => document.documentElement.style.setProperty("--accent-h", String(saved));
  }, [hue, saved]);
}
