/** The community: its name, its hue, its language, its rules. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { type Language, LANGUAGES, t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Select, TextField } from "../kit/field.tsx";
import { toast } from "../kit/toast.tsx";
import type { Community } from "../wire.ts";

const NAME_MAX = 64;
const RULES_MAX = 4_000;

/** What a community is called, how it looks and what it speaks; changed in two places. */
export interface CommunityForm {
  readonly name: string;
  readonly accent_hue: number;
  readonly language: Language;
}

export function CommunityFields(
  { form, onChange, error }: {
    readonly form: CommunityForm;
    readonly onChange: (part: Partial<CommunityForm>) => void;
    readonly error: string | undefined;
  },
) {
  usePreview(form.accent_hue);
  return (
    <>
      <TextField
        label={t("adm.community_name")}
        value={form.name}
        onInput={(name) => onChange({ name })}
        max={NAME_MAX}
        required
        error={error}
      />
      <label class="field">
        <span class="lab">{t("adm.hue")}</span>
        <input
          type="range"
          class="huebar"
          min={0}
          max={360}
          value={form.accent_hue}
          onInput={(event) => onChange({ accent_hue: Number(event.currentTarget.value) })}
        />
        <span class="hint">{t("adm.hue_hint")}</span>
      </label>
      <Select
        label={t("look.language")}
        hint={t("adm.language_hint")}
        value={form.language}
        options={LANGUAGES}
        onChange={(language) => onChange({ language })}
      />
    </>
  );
}

export function formOf(community: Community): CommunityForm {
  const { name, accent_hue, language } = community;
  return { name, accent_hue, language: language as Language };
}

export function CommunityPage() {
  const app = useApp();
  const community = app.store.community.value;
  const [form, setForm] = useState(formOf(community));
  const [rules, setRules] = useState(community.rules);
  const { isBusy, refusal, run } = useDoing();
  const save = async () => {
    const fields = { ...form, name: form.name.trim(), rules };
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
      <CommunityFields
        form={form}
        onChange={(part) => setForm({ ...form, ...part })}
        error={refusal?.message}
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
        <Button type="submit" tone="primary" size="lg" busy={isBusy} disabled={!form.name.trim()}>
          {t("save")}
        </Button>
        <Link to="/welcome" class="btn ghost">{t("start.again")}</Link>
      </div>
    </form>
  );
}

/** The whole page shows the hue while it is being chosen. */
function usePreview(hue: number): void {
  const saved = useApp().store.community.value.accent_hue;
  useEffect(() => {
    document.documentElement.style.setProperty("--accent-h", String(hue));
    return () => document.documentElement.style.setProperty("--accent-h", String(saved));
  }, [hue, saved]);
}
