/** What was done, as sentences: who, what, to whom, why. */

import { Avatar, clock, moment } from "@salon/client";
import type { ComponentChildren } from "preact";
import { account, nameOf, placeOf, useModeration } from "../shared/context.ts";
import type { Step } from "../shared/wire.ts";
import type { Key } from "../shared/words.ts";

export interface StepRowProps {
  readonly step: Step;
  readonly authorId: string;
  readonly channelId: string;
  /** A button at the end. */
  readonly children?: ComponentChildren;
}

export function StepRow({ step, authorId, channelId, children }: StepRowProps) {
  const moderation = useModeration();
  const { t } = moderation;
  const actor = account(moderation, step.actor_id);
  const values = {
    name: nameOf(moderation, authorId),
    place: placeOf(moderation, channelId),
    until: step.until ? moment(step.until) : "",
  };
  return (
    <li class="moderation-step">
      <time class="num xs muted" dateTime={step.at} title={moment(step.at)}>{clock(step.at)}</time>
      {actor && <Avatar account={actor} size="xs" />}
      <p class="grow sm">
        <b>
          <bdi>{actor?.display_name ?? t(step.actor_id ? "gone" : "server")}</bdi>
        </b>{" "}
        {t(`did_${step.what}` as Key, values)}
        {step.reason && <span class="muted">. {t("why", { reason: step.reason })}</span>}
      </p>
      {children}
    </li>
  );
}
