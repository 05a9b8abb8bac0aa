/** The community: its name, its hue, its language, its rules. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { type Language, LANGUAGES, t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Mark } from "../kit/doorway.tsx";
import { Select, SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { toast } from "../kit/toast.tsx";
import { PictureChoice } from "../settings/picture_choice.tsx";
import type { Community } from "../wire.ts";

const NAME_MAX = 64;
const RULES_MAX = 4_000;
const REGISTRATIONS = ["invitation", "approval", "open", "closed"] as const;

/** What a community is called, how it looks and what it speaks; changed in two places. */
export interface CommunityForm {
  readonly name: string;
  readonly accent_hue: number;
  readonly language: Language;
}

export function CommunityFields(
  { form, onChange }: {
    readonly form: CommunityForm;
    readonly onChange: (part: Partial<CommunityForm>) => void;
  },
) {
  usePreview(form.accent_hue);
  return (
    <>
      <TextField
        label={t("adm.community_name")}
        name="community"
        value={form.name}
        onInput={(name) => onChange({ name })}
        max={NAME_MAX}
        required
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
  const [hasCards, setCards] = useState(community.link_cards);
  const [hasPublicRooms, setPublicRooms] = useState(community.public_rooms);
  const [registration, register] = useState(community.registration);
  const save = async () => {
    await app.command("community.edit", {
      ...form,
      name: form.name.trim(),
      rules,
      link_cards: hasCards,
      public_rooms: hasPublicRooms,
      registration,
    });
    toast({ text: t("saved") });
  };
  return (
    <Form
      send={save}
      foot={
        <div class="row">
          <Submit size="lg" disabled={!form.name.trim()}>{t("save")}</Submit>
          <Link to="/welcome" class="btn ghost">{t("start.again")}</Link>
        </div>
      }
    >
      <PictureChoice
        label={t("adm.icon")}
        use="icon"
        known={community.icon_id}
        onChoose={(file) => app.command("community.set_icon", { file })}
      >
        <Mark icon={community.icon_id} />
      </PictureChoice>
      <CommunityFields form={form} onChange={(part) => setForm({ ...form, ...part })} />
      <Select
        label={t("adm.registration")}
        hint={t(`adm.registration_${registration}`)}
        value={registration}
        options={REGISTRATIONS.map((value) => ({ value, label: t(`adm.reg_${value}`) }))}
        onChange={register}
      />
      <TextField
        label={t("about.rules")}
        hint={t("adm.rules_hint")}
        name="rules"
        lines
        value={rules}
        onInput={setRules}
        max={RULES_MAX}
      />
      <ul class="rows">
        <SwitchRow
          label={t("adm.cards")}
          hint={t("adm.cards_hint")}
          on={hasCards}
          onChange={setCards}
        />
        <SwitchRow
          label={t("adm.public_rooms")}
          hint={t("adm.public_rooms_hint")}
          on={hasPublicRooms}
          onChange={setPublicRooms}
        />
      </ul>
    </Form>
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
