/** The line of raised hands, for hosts: first come, first served, and any may be picked. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List } from "../kit/list.tsx";
import type { Room } from "../wire.ts";
import { speaksAt, type StageState } from "./stage.ts";

await loadWords("stage");

const TICK_MS = 1_000;

interface Hand {
  readonly account_id: string;
  readonly since: string;
  readonly question: string;
}

export default function Hands(
  { room, stage }: { readonly room: Room; readonly stage: StageState },
) {
  const app = useApp();
  const hands = useHands(room, stage.hand_ids.join());
  const now = useNow();
  const asked = new Set(stage.invited.map((each) => each.account_id));
  const lowerAll = () => void orToast(app.command("hand.lower_all", { room: room.id }));
  return (
    <section class={stage.hand_ids.length > 0 ? "hands up" : "hands"} aria-label={t("hand.list")}>
      <header>
        <Icon name="hand" />
        <h2 class="grow">{t("hand.list")}</h2>
        {stage.hand_ids.length > 0 && (
          <button type="button" class="textlink xs" onClick={lowerAll}>
            {t("hand.lower_all")}
          </button>
        )}
        {stage.hand_ids.length > 0 && <span class="count lamp">{stage.hand_ids.length}</span>}
      </header>
      {stage.hand_ids.length === 0 && <p class="xs">{t("hand.none")}</p>}
      <List label={t("hand.list")}>
        {stage.hand_ids.map((id, index) => (
          <Waiting
            key={id}
            id={id}
            number={index + 1}
            room={room}
            hand={hands.get(id)}
            nowMs={now}
            isAsked={asked.has(id)}
            isUp={speaksAt(stage, id)}
          />
        ))}
      </List>
    </section>
  );
}

function Waiting({ id, number, room, hand, nowMs, isAsked, isUp }: {
  readonly id: string;
  readonly number: number;
  readonly room: Room;
  readonly hand: Hand | undefined;
  readonly nowMs: number;
  readonly isAsked: boolean;
  /** On the stage, muted by a host. */
  readonly isUp: boolean;
}) {
  const app = useApp();
  const account = useAccount(id);
  const name = account?.display_name ?? "";
  const who = { room: room.id, account: id };
  const act = () =>
    isUp
      ? app.command("participant.silence", { ...who, silenced: false })
      : app.command("stage.invite", who);
  return (
    <li class="hand">
      <span class="num">{number}</span>
      <Avatar account={account} size="sm" />
      <div class="grow">
        <b class="trunc">
          <bdi>{name}</bdi>
        </b>
        <span class="xs num">{hand && t("hand.waiting", { time: waited(hand.since, nowMs) })}</span>
        {hand?.question && <span class="xs question" dir="auto">{hand.question}</span>}
      </div>
      <button
        type="button"
        class={number === 1 ? "btn primary s" : "btn s"}
        aria-label={t(isUp ? "hand.unmute_whom" : "hand.invite_whom", { name })}
        aria-disabled={isAsked}
        onClick={() => isAsked || void orToast(act())}
      >
        {t(isAsked ? "hand.invited" : isUp ? "hand.unmute" : "hand.invite")}
      </button>
      <IconButton
        small
        icon="x"
        label={t("hand.put_down", { name })}
        onPress={() => void orToast(app.command("hand.lower", who))}
      />
    </li>
  );
}

/** What hosts alone are told of the line: asked for anew when it changes. */
function useHands(room: Room, line: string): ReadonlyMap<string, Hand> {
  const app = useApp();
  const [hands, set] = useState<ReadonlyMap<string, Hand>>(new Map());
  useEffect(() => {
    let isMeant = true;
    const fetch = async () => {
      const { hands } = await app.command("hand.list", { room: room.id }) as {
        hands: readonly Hand[];
      };
      if (isMeant) set(new Map(hands.map((hand) => [hand.account_id, hand])));
    };
    fetch().catch(() => {}); // the line itself is there; the next change asks again
    return () => isMeant = false;
  }, [room.id, line]);
  return hands;
}

function useNow(): number {
  const app = useApp();
  const [now, set] = useState(app.serverNow());
  useEffect(() => {
    const timer = setInterval(() => set(app.serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** "1:40" */
function waited(since: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
