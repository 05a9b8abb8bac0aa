/** Pictures under a message, and the way to leave one. Who left them is asked when it is looked for. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import type { Reaction } from "../wire.ts";

const EmojiPicker = lazily(() => import("./emoji_picker.tsx"), "dialog");

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
      aria-label={t(mine ? "message.reacted_too" : "message.reacted", { emoji, n: count })}
      title={names}
      onPointerEnter={ask}
      onFocus={ask}
      onClick={onPress}
    >
      <span class="e">{emoji}</span>
      {count}
    </button>
  );
}

/** The button that opens the pictures. */
export function AddReaction({ onReact }: { readonly onReact: (emoji: string) => void }) {
  const [anchor, open] = useState<Element | null>(null);
  return (
    <>
      <IconButton
        small
        icon="smile"
        label={t("message.react")}
        opens="dialog"
        class="react"
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && <EmojiPicker anchor={anchor} onPick={onReact} onClose={() => open(null)} />}
    </>
  );
}
