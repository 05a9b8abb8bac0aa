/** A new bot: what it is called, and by which name it is mentioned. */

import { Button, Dialog, DialogFoot, TextField } from "@salon/client";
import { useState } from "preact/hooks";
import { useBots, useDoing } from "../shared/context.ts";
import type { Made } from "./bots_page.tsx";
import { suggestedHandle } from "./handle.ts";

const NAME_MAX = 32;

export interface RegisterProps {
  readonly onMade: (made: Made) => void;
  readonly onClose: () => void;
}

export function Register({ onMade, onClose }: RegisterProps) {
  const { salon, t } = useBots();
  const [name, setName] = useState("");
  const [handle, setHandle] = useState<string | null>(null);
  const { isBusy, refusal, run } = useDoing();
  const mention = handle ?? suggestedHandle(name);
  const create = () =>
    run(async () => {
      const fields = { handle: mention, display_name: name };
      onMade(await salon.command("bots.create", fields) as unknown as Made);
    });
  const isOfHandle = refusal?.field === "handle";
  return (
    <Dialog title={t("register")} onClose={onClose}>
      <form
        class="bots-form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <p class="sm muted">{t("register_text")}</p>
        <TextField
          label={t("name")}
          value={name}
          onInput={setName}
          max={NAME_MAX}
          required
          error={isOfHandle ? undefined : refusal?.message}
        />
        <TextField
          label={t("handle")}
          hint={t("handle_hint")}
          value={mention}
          onInput={setHandle}
          max={NAME_MAX}
          required
          error={isOfHandle ? refusal.message : undefined}
        />
        <DialogFoot>
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" busy={isBusy}>{t("register")}</Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
