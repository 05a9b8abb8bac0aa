/** What kinds of room can be opened now. */

import { language, t } from "../i18n.ts";
import { type RoomKindInfo, STAGE, TALK } from "../wire.ts";

export interface KindChoice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** The core's kinds first, then those of plugins that run. */
export function kindChoices(
  kinds: readonly RoomKindInfo[],
  may: (permission: string) => boolean,
): readonly KindChoice[] {
  const running = kinds.filter((each) =>
    each.running && (each.permission === null || may(each.permission))
  );
  return [
    { value: TALK, label: t("room.kind_talk"), hint: t("room.kind_talk_hint") },
    { value: STAGE, label: t("room.kind_stage"), hint: t("room.kind_stage_hint") },
    ...running.map((each) => ({
      value: each.kind,
      label: each.title,
      hint: each.hint[language.value] ?? "",
    })),
  ];
}
