/** What somebody in a room does, in words and in icons. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { isShutOut } from "../loudness.ts";
import { SHOWN_MAX } from "../world.ts";
import type { Participant, Privacy } from "../wire.ts";

/** How many are left out, as the list's last entry. */
export function More({ people }: { readonly people: readonly Participant[] }) {
  const n = people.length - SHOWN_MAX;
  return n > 0 ? <li class="hint pad">{t("room.people_more", { n })}</li> : null;
}

/** Icons for what the words beside them say. */
export function VoiceMarks({ person }: { readonly person: Participant }) {
  const { store } = useApp();
  return (
    <span class="marks muted" aria-hidden="true">
      {isShutOut(person.account_id, store.privacy.value) && <Icon name="vol-off" />}
      {(person.muted || person.silenced || !person.may_speak) && <Icon name="mic-off" />}
      {(person.deafened || person.deafened_by_host) && <Icon name="ear-off" />}
    </span>
  );
}

/** `isTalking` to me: whom I do not hear is not shown as talking. */
export function doingOf(person: Participant, isTalking: boolean, privacy: Privacy): string {
  if (!person.connected) return t("person.coming_back");
  if (isShutOut(person.account_id, privacy)) return t("person.shut_out");
  if (isTalking) return t("person.talking");
  if (person.silenced) return t("person.silenced");
  if (person.deafened || person.deafened_by_host) return t("person.deafened");
  if (!person.may_speak) return t("person.listening");
  return t(person.muted ? "person.muted" : "person.open");
}
