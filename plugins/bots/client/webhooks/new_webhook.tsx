/** A new address: what is called how, and where it writes. */

import { Button, Select, TextField } from "@salon/client";
import { useState } from "preact/hooks";
import { useBots, useDoing } from "../shared/context.ts";
import type { Addressed } from "./webhooks_page.tsx";

const NAME_MAX = 32;

export function NewWebhook({ onMade }: { readonly onMade: (made: Addressed) => void }) {
  const { salon, t } = useBots();
  const channels = [...salon.store.channels.value.values()].filter((each) => !each.room_id);
  const [name, setName] = useState("");
  const [channel, setChannel] = useState(channels[0]?.id ?? "");
  const { isBusy, refusal, run } = useDoing();
  const make = () =>
    run(async () => {
      const made = await salon.command("bots.webhook_create", { channel, name });
      setName("");
      onMade(made as unknown as Addressed);
    });
  return (
    <form
      class="well bots-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <h2 class="display">{t("new_hook")}</h2>
      <TextField
        label={t("name")}
        value={name}
        onInput={setName}
        max={NAME_MAX}
        required
        error={refusal?.message}
      />
      <Select
        label={t("channel")}
        icon="text"
        value={channel}
        options={channels.map((each) => ({ value: each.id, label: each.name }))}
        onChange={setChannel}
      />
      <Button type="submit" tone="primary" size="lg" busy={isBusy}>{t("make_address")}</Button>
      <p class="xs muted">{t("whoever")}</p>
    </form>
  );
}
