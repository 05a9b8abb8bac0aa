/** What was said around a message of a conversation: each is ticked to be shown, or nobody sees it. */

import { type ClientSalon, clock, type Message, Skeleton } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { sentence } from "../shared/context.ts";
import type { Say } from "../shared/words.ts";

/** Before the message and after it, and of all of them: what the server takes. */
const AROUND_MAX = 10;

export interface AroundProps {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly message: Message;
  readonly shown: ReadonlySet<string>;
  readonly onChange: (shown: ReadonlySet<string>) => void;
}

export function Around({ salon, t, message, shown, onChange }: AroundProps) {
  const [said, know] = useState<readonly Message[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    around(salon, message).then(know, (error) => setProblem(sentence(error)));
  }, [message.id]);
  if (problem) return <p class="err" role="alert">{problem}</p>;
  if (!said) return <Skeleton label={t("loading")} lines={2} />;
  if (said.length === 0) return null;
  const tick = (id: string, isShown: boolean) => {
    const next = new Set(shown);
    if (isShown) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <fieldset class="field">
      <legend class="lab">{t("report_around")}</legend>
      <p class="hint">{t("report_around_hint", { n: AROUND_MAX })}</p>
      <ul class="moderation-around">
        {said.map((one) => (
          <li key={one.id}>
            <label>
              <input
                type="checkbox"
                checked={shown.has(one.id)}
                disabled={shown.size >= AROUND_MAX && !shown.has(one.id)}
                onChange={(event) => tick(one.id, event.currentTarget.checked)}
              />
              <span class="sm">
                <b>
                  <bdi>{salon.store.accounts.value.get(one.author_id)?.display_name}</bdi>
                </b>{" "}
                <time class="muted xs" dateTime={one.posted_at}>{clock(one.posted_at)}</time>
                <span class="two-lines" dir="auto">
                  {one.text || one.files.map((file) => file.name).join(", ")}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** The messages that may be shown, oldest first; lines without words of their own are left out. */
async function around(salon: ClientSalon, message: Message): Promise<readonly Message[]> {
  const ask = async (where: "before" | "after") => {
    const fields = { channel: message.channel_id, [where]: message.id, limit: AROUND_MAX };
    const page = await salon.command("message.history", fields);
    return page["messages"] as readonly Message[];
  };
  const [before, after] = await Promise.all([ask("before"), ask("after")]);
  return [...before, ...after].filter((one) => one.kind === "text");
}
