/** Webhooks: what writes here from outside, and a form for one more. */

import { Button, Empty, Icon, List, ListRow, relative, Skeleton } from "@salon/client";
import { useState } from "preact/hooks";
import { useAnswer, useBots } from "../shared/context.ts";
import { Question, Secret } from "../shared/pieces.tsx";
import { NewWebhook } from "./new_webhook.tsx";

/** As `bots.webhook_list` gives it: salon_bots/commands.py. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly channel_id: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

export interface Addressed {
  readonly webhook: Webhook;
  readonly url: string;
}

export function WebhooksPage() {
  const { t } = useBots();
  const { answer, refusal, again } = useAnswer<{ readonly webhooks: readonly Webhook[] }>(
    "bots.webhook_list",
  );
  const [made, show] = useState<Addressed | null>(null);
  if (refusal) {
    return (
      <Empty icon="link" title={refusal}>
        <Button icon="refresh" onPress={() => void again()}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  const take = (fresh: Addressed) => {
    show(fresh);
    void again();
  };
  return (
    <>
      <p class="sm muted">{t("hooks_about")}</p>
      <div class="bots-columns">
        <section class="bots-stack">
          <div class="hh">
            <h2 class="display">{t("coming_in")}</h2>
          </div>
          {made && <Secret title={t("url")} text={made.url} hint={t("whoever")} />}
          {answer.webhooks.length === 0
            ? <p class="sm muted">{t("hooks_none")}. {t("hooks_none_text")}</p>
            : (
              <List label={t("coming_in")}>
                {answer.webhooks.map((webhook) => (
                  <Row key={webhook.id} webhook={webhook} onMade={take} onChange={again} />
                ))}
              </List>
            )}
        </section>
        <NewWebhook onMade={take} />
      </div>
    </>
  );
}

interface RowProps {
  readonly webhook: Webhook;
  readonly onMade: (made: Addressed) => void;
  readonly onChange: () => Promise<void>;
}

function Row({ webhook, onMade, onChange }: RowProps) {
  const { salon, t } = useBots();
  const [asked, ask] = useState<"address" | "remove" | null>(null);
  const place = salon.store.channels.value.get(webhook.channel_id)?.name ?? t("hidden");
  const fields = { webhook: webhook.id };
  return (
    <>
      <ListRow
        start={
          <span class={webhook.used_at ? "sq a" : "sq"}>
            <Icon name="link" />
          </span>
        }
        title={webhook.name}
        detail={webhook.used_at
          ? t("wrote_in", { place, when: relative(webhook.used_at) })
          : t("writes_in", { place })}
        end={
          <>
            <Button size="s" onPress={() => ask("address")}>{t("new_url")}</Button>
            <Button size="s" tone="danger" onPress={() => ask("remove")}>{t("remove")}</Button>
          </>
        }
      />
      {asked === "address" && (
        <Question
          title={t("new_url_title", { name: webhook.name })}
          text={t("new_url_text")}
          yes={t("new_url")}
          onYes={async () =>
            onMade(
              await salon.command("bots.webhook_new_address", fields) as unknown as Addressed,
            )}
          onClose={() => ask(null)}
        />
      )}
      {asked === "remove" && (
        <Question
          danger
          title={t("remove_title", { name: webhook.name })}
          text={t("remove_hook_text")}
          yes={t("remove")}
          onYes={() => salon.command("bots.webhook_remove", fields).then(onChange)}
          onClose={() => ask(null)}
        />
      )}
    </>
  );
}
