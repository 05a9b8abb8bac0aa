/** What kinds of room can be opened now. */

import { t } from "../i18n.ts";
import { type RoomKindInfo, TALK } from "../wire.ts";

/** The core's kind first, then those of plugins that run; the core's alone is no choice. */
export function kindChoices(
  kinds: readonly RoomKindInfo[],
  may: (permission: string) => boolean,
): readonly { readonly value: string; readonly label: string }[] {
  const running = kinds.filter((each) =>
    each.running && (each.permission === null || may(each.permission))
  );
  if (running.length === 0) return [];
  return [
    { value: TALK, label: t("room.kind_talk") },
    ...running.map((each) => ({ value: each.kind, label: each.title })),
  ];
}
