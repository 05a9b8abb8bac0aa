/** The bots of the server: a list, and beside it the one that is chosen. */

import { Button, Empty, Icon, relative, Skeleton } from "@salon/client";
import { useState } from "preact/hooks";
import { useAnswer, useBots } from "../shared/context.ts";
import { BotDetail } from "./bot_detail.tsx";
import { Register } from "./register.tsx";

/** As `bots.list` gives it: salon_bots/commands.py. */
export interface Bot {
  readonly id: string;
  readonly handle: string;
  readonly display_name: string;
  readonly kept_by: string | null;
  readonly created_at: string;
  readonly seen_at: string | null;
  readonly is_here: boolean;
  readonly reads_messages: boolean;
  readonly sees_people: boolean;
}

export interface Listed {
  readonly bots: readonly Bot[];
  readonly address: string;
}

export interface Made {
  readonly bot: Bot;
  readonly token: string;
}

export function BotsPage() {
  const { t } = useBots();
  const { answer, refusal, again } = useAnswer<Listed>("bots.list");
  const [chosenId, choose] = useState<string | null>(null);
  const [made, show] = useState<Made | null>(null);
  const [isRegistering, register] = useState(false);
  if (refusal) {
    return (
      <Empty icon="bot" title={refusal}>
        <Button icon="refresh" onPress={() => void again()}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  const chosen = answer.bots.find((bot) => bot.id === chosenId) ?? answer.bots[0];
  const take = (fresh: Made) => {
    show(fresh);
    choose(fresh.bot.id);
    register(false);
    void again();
  };
  const registerButton = <Button icon="plus" onPress={() => register(true)}>{t("register")}
  </Button>;
  return (
    <>
      <div class="row wrap">
        <p class="grow sm muted bots-about">{t("about")}</p>
        {chosen && registerButton}
      </div>
      {chosen
        ? (
          <div class="bots-split">
            <BotList bots={answer.bots} chosen={chosen} onChoose={choose} />
            <BotDetail
              key={chosen.id}
              bot={chosen}
              address={answer.address}
              token={made?.bot.id === chosen.id ? made.token : null}
              onMade={take}
              onChange={again}
            />
          </div>
        )
        : <Empty icon="bot" title={t("none")} text={t("none_text")}>{registerButton}</Empty>}
      {isRegistering && <Register onMade={take} onClose={() => register(false)} />}
    </>
  );
}

interface BotListProps {
  readonly bots: readonly Bot[];
  readonly chosen: Bot;
  readonly onChoose: (id: string) => void;
}

function BotList({ bots, chosen, onChoose }: BotListProps) {
  const { t } = useBots();
  return (
    <ul class="bots-list" aria-label={t("bots")}>
      {bots.map((bot) => (
        <li key={bot.id}>
          <button
            type="button"
            class="bots-item"
            aria-current={bot.id === chosen.id}
            onClick={() => onChoose(bot.id)}
          >
            <span class={bot.is_here ? "sq a" : "sq"}>
              <Icon name="bot" />
            </span>
            <span class="grow">
              <b class="trunc">
                <bdi>{bot.display_name}</bdi>
              </b>
              <span class="xs muted">
                <Presence bot={bot} />
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Presence({ bot }: { readonly bot: Bot }) {
  const { t } = useBots();
  if (bot.is_here) return <>{t("here")}</>;
  return <>{bot.seen_at ? t("seen", { when: relative(bot.seen_at) }) : t("never")}</>;
}
