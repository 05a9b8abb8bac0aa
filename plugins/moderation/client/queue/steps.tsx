/** What was done, as sentences: who, what, to whom, why. */

import { Avatar, clock, Link, moment } from "@salon/client";
import type { ComponentChildren } from "preact";
import { account, nameOf, placeOf, useModeration } from "../shared/context.ts";
import type { Step } from "../shared/wire.ts";
import type { Key } from "../shared/words.ts";

export interface StepRowProps {
  readonly step: Step;
  readonly authorId: string;
  readonly channelId: string;
  /** It was taken back afterwards. */
  readonly isUndone: boolean;
  /** Where its case is. */
  readonly to?: string;
  /** A button at the end. */
  readonly children?: ComponentChildren;
}

export function StepRow(
  { step, authorId, channelId, isUndone, to, children }: StepRowProps,
) {
  const moderation = useModeration();
  const { t } = moderation;
  const actor = account(moderation, step.actor_id);
  const values = {
    name: nameOf(moderation, authorId),
    place: placeOf(moderation, channelId),
    until: step.until ? moment(step.until) : "",
  };
  const told = (
    <>
      <b>
        <bdi>{actor?.display_name ?? t(step.actor_id ? "gone" : "server")}</bdi>
      </b>{" "}
      {t(`did_${step.what}` as Key, values)}
      {step.reason && <span class="muted">. {t("why", { reason: step.reason })}</span>}
    </>
  );
  return (
    <li class="moderation-step">
      <time class="num xs muted" dateTime={step.at} title={moment(step.at)}>{clock(step.at)}</time>
      {actor && <Avatar account={actor} size="xs" />}
      <p class="grow sm">{to ? <Link to={to}>{told}</Link> : told}</p>
      {isUndone && <span class="pill">{t("was_undone")}</span>}
      {children}
    </li>
  );
}

const CAN_BE_UNDONE: ReadonlySet<string> = new Set([
  "dismissed",
  "warned",
  "timed_out",
  "kept_out",
  "sent_away",
  "suspended",
  "banned",
]);

/** The decisions that were taken back, of steps with the newest first: a case is undone once each. */
export function undoneAmong(steps: readonly Step[]): ReadonlySet<string> {
  const reopened = new Set<string>();
  const undone = new Set<string>();
  for (const { id, case_id, what } of steps) {
    if (what === "undone") reopened.add(case_id);
    else if (CAN_BE_UNDONE.has(what) && reopened.has(case_id)) undone.add(id);
  }
  return undone;
}
