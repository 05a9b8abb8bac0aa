/** How others see me: name and hue. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar, hueClass } from "../kit/avatar.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { HuePicker } from "../kit/hues.tsx";
import { toast } from "../kit/toast.tsx";
import { StayForm } from "./guest.tsx";
import { PictureChoice } from "./picture_choice.tsx";

const NAME_MAX = 64;
const HANDLE_MAX = 32;
const PRONOUNS_MAX = 40;
const STATUS_MAX = 100;

export function Profile() {
  const app = useApp();
  const me = app.store.me.value;
  const [name, setName] = useState(me?.display_name ?? "");
  const [hue, setHue] = useState(me?.hue ?? 1);
  const [pronouns, setPronouns] = useState(me?.pronouns ?? "");
  const [status, setStatus] = useState(me?.status ?? "");
  if (!me) return null;
  const isChanged = name.trim() !== me.display_name || hue !== me.hue ||
    pronouns.trim() !== me.pronouns || status.trim() !== me.status;
  const save = async () => {
    await app.command("account.edit", {
      display_name: name.trim(),
      hue,
      pronouns: pronouns.trim(),
      status: status.trim(),
    });
    toast({ text: t("saved") });
  };
  return (
    <>
      <Form
        send={save}
        foot={
          <div class="row">
            <Submit size="lg" disabled={!isChanged || !name.trim()}>{t("save")}</Submit>
          </div>
        }
      >
        <section class="well row preview">
          <Avatar account={{ ...me, display_name: name || me.display_name, hue }} size="lg" />
          <div class="grow">
            <b class={`semi trunc inhue ${hueClass(hue)}`}>
              <bdi>{name || me.display_name}</bdi>
            </b>
            <span class="xs muted">@{me.handle}</span>
          </div>
        </section>
        <PictureChoice
          label={t("profile.picture")}
          use="avatar"
          known={me.avatar_id}
          onChoose={(file) => app.command("account.set_avatar", { file })}
        />
        <TextField
          label={t("profile.name")}
          hint={t("profile.name_hint")}
          name="display_name"
          value={name}
          onInput={setName}
          max={NAME_MAX}
          required
        />
        <TextField
          label={t("profile.pronouns")}
          name="pronouns"
          value={pronouns}
          onInput={setPronouns}
          max={PRONOUNS_MAX}
        />
        <TextField
          label={t("profile.status")}
          hint={t("profile.status_hint")}
          name="status"
          value={status}
          onInput={setStatus}
          max={STATUS_MAX}
        />
        <HuePicker
          label={t("profile.hue")}
          names={(n) => t("profile.hue_n", { n })}
          value={hue}
          onChange={setHue}
        />
      </Form>
      {me.guest_until ? <StayForm until={me.guest_until} /> : <HandleForm handle={me.handle} />}
    </>
  );
}

/** Another name to sign in with: seldom, so that people are found again. */
function HandleForm({ handle }: { readonly handle: string }) {
  const app = useApp();
  const [wanted, want] = useState(handle);
  const save = async () => {
    await app.command("account.change_handle", { handle: wanted.trim() });
    toast({ text: t("saved") });
  };
  return (
    <Form
      send={save}
      foot={
        <div class="row">
          <Submit disabled={!wanted.trim() || wanted.trim() === handle}>
            {t("profile.change_handle")}
          </Submit>
        </div>
      }
    >
      <TextField
        label={t("profile.handle")}
        hint={t("profile.handle_hint")}
        name="handle"
        value={wanted}
        onInput={want}
        max={HANDLE_MAX}
      />
    </Form>
  );
}
