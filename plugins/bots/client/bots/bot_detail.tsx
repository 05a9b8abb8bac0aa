/** One bot: its token while it is new, how its program is started, and what it may read. */

import { Avatar, Button, relative, SwitchRow } from "@salon/client";
import { useState } from "preact/hooks";
import { sentence, useBots } from "../shared/context.ts";
import { CopyLine, Question, Secret } from "../shared/pieces.tsx";
import type { Bot, Made } from "./bots_page.tsx";

export interface BotDetailProps {
  readonly bot: Bot;
  readonly address: string;
  readonly token: string | null;
  readonly onMade: (made: Made) => void;
  readonly onChange: () => Promise<void>;
}

export function BotDetail({ bot, address, token, onMade, onChange }: BotDetailProps) {
  const { salon, t } = useBots();
  const [asked, ask] = useState<"remove" | "token" | null>(null);
  const change = async (fields: Readonly<Record<string, boolean>>) => {
    try {
      await salon.command("bots.edit", { bot: bot.id, ...fields });
    } catch (error) {
      salon.toast({ text: sentence(error), tone: "bad" });
    }
    await onChange();
  };
  return (
    <section class="bots-detail" aria-label={bot.display_name}>
      <Head bot={bot} onRemove={() => ask("remove")} />
      {token && <Secret title={t("token")} text={token} hint={t("token_text")} />}
      <CopyLine
        label={t("start")}
        text={`SALON_BOT_URL=${address} python -m salon_bots.launcher bot.py`}
      />
      <section>
        <h3 class="lab">{t("may")}</h3>
        <ul class="rows">
          <SwitchRow
            label={t("reads")}
            hint={t("reads_hint")}
            on={bot.reads_messages}
            onChange={(on) => void change({ reads_messages: on })}
          />
          <SwitchRow
            label={t("people")}
            hint={t("people_hint")}
            on={bot.sees_people}
            onChange={(on) => void change({ sees_people: on })}
          />
        </ul>
      </section>
      <div class="row">
        <Button icon="key" onPress={() => ask("token")}>{t("new_token")}</Button>
      </div>
      {asked === "remove" && (
        <Question
          danger
          title={t("remove_title", { name: bot.display_name })}
          text={t("remove_text")}
          yes={t("remove")}
          onYes={() => salon.command("bots.remove", { bot: bot.id }).then(onChange)}
          onClose={() => ask(null)}
        />
      )}
      {asked === "token" && (
        <Question
          title={t("new_token_title", { name: bot.display_name })}
          text={t("new_token_text")}
          yes={t("new_token")}
          onYes={async () =>
            onMade(await salon.command("bots.new_token", { bot: bot.id }) as unknown as Made)}
          onClose={() => ask(null)}
        />
      )}
    </section>
  );
}

function Head({ bot, onRemove }: { readonly bot: Bot; readonly onRemove: () => void }) {
  const { salon, t } = useBots();
  const keeper = salon.store.accounts.value.get(bot.kept_by ?? "")?.display_name;
  const when = relative(bot.created_at);
  return (
    <div class="row wrap bots-head">
      <Avatar account={{ display_name: bot.display_name, hue: 1, kind: "bot" }} size="lg" />
      <div class="grow">
        <h2 class="display">
          <bdi>{bot.display_name}</bdi>
        </h2>
        <span class="xs muted">
          {keeper ? t("registered_by", { when, name: keeper }) : t("registered", { when })}{" "}
          {t("mark")}
        </span>
      </div>
      <Button tone="danger" onPress={onRemove}>{t("remove")}</Button>
    </div>
  );
}
