/** At the foot of a log whose end is not in sight: how much came, and the way there. */

import "../app/first.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import type { Conversation } from "./conversation.ts";

export default function Pill(
  { conversation, onPress }: { readonly conversation: Conversation; readonly onPress: () => void },
) {
  const missed = conversation.missed.value;
  return (
    <button type="button" class="newpill" onClick={onPress}>
      <Icon name="down" />
      {missed ? t("log.missed", { n: missed }) : t("log.to_end")}
    </button>
  );
}
