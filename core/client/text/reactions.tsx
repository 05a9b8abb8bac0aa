/**
 * Pictures under a message. Who left them is asked when it is looked for. Fetched before the first
 * message that has any is shown, so that nothing moves when they come.
 */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import type { Reaction } from "../wire.ts";
import { Reacted, spoken } from "./own_emoji.tsx";

export interface ReactionsProps {
  readonly message: string;
  readonly all: readonly Reaction[];
  readonly onReact: (emoji: string) => void;
}

export function Reactions({ message, all, onReact }: ReactionsProps) {
  return (
    <div class="rx">
      {all.map((one) => (
        <Chip
          key={one.emoji}
          message={message}
          reaction={one}
          onPress={() => onReact(one.emoji)}
        />
      ))}
    </div>
  );
}

function Chip(
  { message, reaction, onPress }: {
    readonly message: string;
    readonly reaction: Reaction;
    readonly onPress: () => void;
  },
) {
  const app = useApp();
  const { emoji, count, mine } = reaction;
  const [names, know] = useState("");
  const ask = () =>
    void import("./who_reacted.ts")
      .then(({ whoReacted }) => whoReacted(app, message, emoji)).then(know, () => {});
  return (
    <button
      type="button"
      aria-pressed={mine}
      aria-label={t(mine ? "message.reacted_too" : "message.reacted", {
        emoji: spoken(emoji, app.store.world.value),
        n: count,
      })}
      title={names}
      onPointerEnter={ask}
      onFocus={ask}
      onClick={onPress}
    >
      <span class="e">
        <Reacted emoji={emoji} />
      </span>
      {count}
    </button>
  );
}

export { reacted, toggled } from "./reacting.ts";
