/** Instead of the voice bar: this person's sound is in another tab or on another device. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";

/** The server needs a moment to hear that one has left here. */
const SHOWN_AFTER_MS = 1_000;

export default function ElsewhereBar({ roomId }: { readonly roomId: string }) {
  const app = useApp();
  const [isShown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const room = app.store.rooms.value.get(roomId);
  if (!room || !isShown) return null;
  return (
    <section class="vbar" aria-label={t("voice.bar", { room: room.name })}>
      <Doorway icon={app.slots.iconOf(room)} lit size="s" />
      <Link to={`/r/${room.slug}`} class="vroom">
        <span class="trunc semi">
          <bdi>{room.name}</bdi>
        </span>
        <span class="xs muted" role="status">{t("voice.elsewhere")}</span>
      </Link>
      <span class="grow no-phone" />
      <Button tone="soft" onPress={() => app.enter(room.id)}>{t("voice.move_here")}</Button>
    </section>
  );
}
