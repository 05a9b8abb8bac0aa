/**
 * One slim line when the connection is gone: what still works, and since when. Never modal. The
 * words alone are a status: the seconds beside them would be told each second.
 */

import "./first.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { useApp } from "./app.ts";
import { SHOWN_AFTER_S, useSecondsSince } from "./waiting.tsx";

const RED_AFTER_S = 30;
const OFFLINE_AFTER_S = 60;

export default function ConnectionBanner() {
  const app = useApp();
  const { socket, store } = app;
  const phase = socket.phase.value;
  const goneS = useSecondsSince(socket.lostAt.value);
  if (phase === "open" || phase === "signed_out" || goneS === null || goneS < SHOWN_AFTER_S) {
    return null;
  }
  const isOut = app.isOffline() || goneS >= OFFLINE_AFTER_S;
  const place = store.community.value.name;
  const [title, text] = isOut
    ? [t("net.offline"), t("net.offline_text")]
    : phase === "restarting"
    ? [t("net.restart", { place }), t("net.restart_text")]
    : [t("net.reconnect"), t("net.reconnect_text")];
  return (
    <div class={goneS >= RED_AFTER_S && !isOut ? "ban bad" : "ban"}>
      {isOut ? <Icon name="wifi-off" /> : <span class="spin" />}
      <p class="grow" role="status">
        <b>{title}</b> {text}
      </p>
      {!isOut && <span class="xs num" aria-hidden="true">{goneS} s</span>}
    </div>
  );
}
