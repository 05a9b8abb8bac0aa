/** Says that a channel is slow, and counts down until one can write again. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { wait } from "../refusals.ts";
import type { Channel } from "../wire.ts";

await loadWords("writing");

const TICK_MS = 1_000;

/** The server judges by its own clock; this one says about when. */
export default function SlowMode({ channel }: { readonly channel: Channel }) {
  const app = useApp();
  const [now, tick] = useState(Date.now());
  const [postedAt, note] = useState(0);
  const me = app.store.world.value.me;
  useEffect(
    () =>
      app.on("message.posted", ({ channel_id, author_id }) => {
        if (channel_id === channel.id && author_id === me) note(Date.now());
      }),
    [channel.id, me],
  );
  const last = app.conversation(channel.id).window.value.messages.findLast((message) =>
    message.author_id === me && message.kind === "text"
  );
  const from = Math.max(postedAt, Math.min(Date.parse(last?.posted_at ?? "") || 0, now));
  const rest = Math.ceil((from + channel.slow_mode_s * 1_000 - now) / 1_000);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="about xs muted">
      <Icon name="clock" />
      <span>
        {t("slow.is_on", { pause: wait(channel.slow_mode_s) })}
        {rest > 0 && ` ${t("slow.wait", { wait: wait(rest) })}`}
      </span>
    </p>
  );
}
