/** Over the composer: what is being answered or changed, and the way out of it. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { lineOf } from "./body.tsx";
import type { ComposerProps } from "./composer.tsx";
import { Words } from "./words.tsx";

export default function About(
  { reply, editing, onCancel }: ComposerProps & { readonly onCancel: () => void },
) {
  const { store } = useApp();
  const message = editing ?? reply;
  const name = store.accounts.value.get(reply?.author_id ?? "")?.display_name ?? "";
  return (
    <div class="about xs">
      <Icon name={editing ? "pen" : "reply"} />
      <b>
        {editing
          ? t("composer.editing")
          : t("composer.replying", { name: reply?.shown_as ?? name })}
      </b>
      <span class="grow trunc muted" dir="auto">
        {message && <Words text={lineOf(message, store.world.value)} />}
      </span>
      <IconButton small icon="x" label={t("cancel")} onPress={onCancel} />
    </div>
  );
}
