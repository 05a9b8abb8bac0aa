/** How others see me: name and hue. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Avatar, hueClass } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { HuePicker } from "../kit/hues.tsx";
import { toast } from "../kit/toast.tsx";

const NAME_MAX = 64;

export function Profile() {
  const app = useApp();
  const me = app.store.me.value;
  const [name, setName] = useState(me?.display_name ?? "");
  const [hue, setHue] = useState(me?.hue ?? 1);
  const { isBusy, refusal, run } = useDoing();
  if (!me) return null;
  const isChanged = name.trim() !== me.display_name || hue !== me.hue;
  const save = async () => {
    const fields = { display_name: name.trim(), hue };
    if (await run(() => app.command("account.edit", fields))) toast({ text: t("saved") });
  };
  return (
    <form
      class="stackform"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
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
      <TextField
        label={t("profile.name")}
        hint={t("profile.name_hint")}
        value={name}
        onInput={setName}
        max={NAME_MAX}
        required
        error={refusal?.message}
      />
      <HuePicker
        label={t("profile.hue")}
        names={(n) => t("profile.hue_n", { n })}
        value={hue}
        onChange={setHue}
      />
      <div class="row">
        <Button
          type="submit"
          tone="primary"
          size="lg"
          busy={isBusy}
          disabled={!isChanged || !name.trim()}
        >
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
