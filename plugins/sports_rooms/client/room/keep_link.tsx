/** In a match's head, for those who keep the score. */

import { Icon, Link, type Room } from "@salon/client";
import { useSports } from "../shared/context.ts";

export function keepAddress(room: Room): string {
  return `/p/sports_rooms/keep/${encodeURIComponent(room.slug)}`;
}

export function KeepLink({ room }: { readonly room: Room }) {
  const { t } = useSports();
  return (
    <Link to={keepAddress(room)} class="btn s" label={t("keep")}>
      <Icon name="whistle" />
      <span class="no-phone">{t("keep")}</span>
    </Link>
  );
}
