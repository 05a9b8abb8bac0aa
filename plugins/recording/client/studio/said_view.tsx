/** The log of consents: what everybody said in a take, or what one said oneself in all of them. */

import { Avatar, Empty, moment, Skeleton } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { account, nameOf, sentence, useRecording } from "../shared/context.ts";
import type { Said } from "../shared/wire.ts";

/** Of the take, or without one of whoever reads it. */
export function SaidView({ take }: { readonly take?: string }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [said, keep] = useState<readonly Said[] | null>(null);
  const [problem, tell] = useState("");
  const ask = async () => {
    try {
      const answer = take
        ? await salon.command("recording.consents", { take })
        : await salon.command("recording.said");
      keep(answer["said"] as Said[]);
    } catch (error) {
      tell(sentence(error));
    }
  };
  useEffect(() => void ask(), [take]);
  if (problem) return <p role="alert">{problem}</p>;
  if (!said) return <Skeleton label={t("loading")} lines={3} />;
  if (said.length === 0) {
    return take ? <Empty icon="shield" title={t("said_none")} text={t("said_none_text")} /> : null;
  }
  return (
    <section class="recording-said" aria-label={t("said")}>
      <h2 class="display">{t("said")}</h2>
      <p class="sm muted">{t(take ? "said_text" : "said_own_text")}</p>
      <ul class="rows">
        {said.map((each, number) => (
          <li key={number} class="recording-row">
            {take && <Avatar account={account(recording, each.account)} size="sm" />}
            <div class="grow">
              <b class="trunc">
                <bdi>{take ? nameOf(recording, each.account) : each.room_name}</bdi>
              </b>
              <span class="detail">{moment(each.at)}</span>
            </div>
            <span class="pill">{t(`said_${each.said}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
