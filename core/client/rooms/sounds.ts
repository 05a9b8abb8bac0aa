/** What a room can be for, as something to choose. Its words are those of settings. */

import { t } from "../i18n.ts";
import type { RoomSound } from "../wire.ts";

export function soundChoices(): readonly {
  readonly value: RoomSound;
  readonly label: string;
  readonly hint: string;
}[] {
  return [
    { value: "speech", label: t("adm.speech"), hint: t("adm.speech_hint") },
    { value: "music", label: t("adm.music"), hint: t("adm.music_hint") },
  ];
}
