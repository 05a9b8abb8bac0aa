/** What the page shows while the line is not there yet. */

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Logo } from "../kit/doorway.tsx";
import { Empty } from "../kit/place.tsx";
import { useApp } from "./app.ts";

export const SHOWN_AFTER_S = 2;

export function useSecondsSince(at: number | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    if (at === null) return;
    const timer = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? null : Math.floor((Date.now() - at) / 1_000);
}

/** Before the first welcome: nothing for a moment, then what we wait for. */
export function Waiting() {
  const { socket } = useApp();
  const goneS = useSecondsSince(socket.lostAt.value);
  if (goneS === null || goneS < SHOWN_AFTER_S) return <main class="waiting" aria-busy="true" />;
  return (
    <main class="waiting">
      <Empty isPage picture={<Logo out />} title={t("net.back_soon")} text={t("net.waiting")}>
        <span class="spin muted" />
      </Empty>
    </main>
  );
}
