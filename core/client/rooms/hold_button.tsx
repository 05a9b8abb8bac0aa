/**
 * Push to talk under a finger: open while it presses; slid up it stays open until it is tapped. What
 * presses without a finger, a screen reader or a key, opens and closes.
 */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";

const SLIDE_PX = 72;

export function HoldButton() {
  const { voice } = useApp();
  const [fromY, press] = useState<number | null>(null); // where the finger came down
  const [stays, lock] = useState(false);
  const isHeld = voice.held.value;
  const isOpen = isHeld && !voice.muted.value;
  const isGrown = isOpen && fromY !== null;
  const close = () => {
    press(null);
    lock(false);
    voice.hold(false);
  };
  const down = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (stays && isHeld) return close();
    event.currentTarget.setPointerCapture(event.pointerId);
    lock(false);
    press(event.clientY);
    voice.hold(true);
  };
  const moved = ({ clientY }: PointerEvent) => {
    if (fromY !== null && fromY - clientY >= SLIDE_PX) lock(true);
  };
  const up = () => {
    if (fromY === null) return;
    press(null);
    if (!stays) close();
  };
  const toggled = ({ detail }: MouseEvent) => {
    if (detail > 0) return; // a finger or a mouse: heard above
    if (isHeld) return close();
    lock(true);
    voice.hold(true);
  };
  return (
    <span class={isGrown ? "hold on" : "hold"}>
      {isGrown && (
        <span class="holdt" aria-hidden="true">
          <b>{t("voice.you_talk")}</b>
          <span class="sm">{t(stays ? "voice.hold_locked" : "voice.hold_slide")}</span>
          {!stays && (
            <span class="holdl">
              <Icon name="lock" />
              <Icon name="up" />
            </span>
          )}
        </span>
      )}
      <button
        type="button"
        class={isGrown ? "vbtn hbtn" : isOpen ? "vbtn on talkb" : "vbtn on"}
        aria-label={t("voice.talk")}
        aria-pressed={isOpen}
        title={t("voice.talk")}
        onPointerDown={down}
        onPointerMove={moved}
        onPointerUp={up}
        onPointerCancel={close}
        onContextMenu={(event) => event.preventDefault()}
        onClick={toggled}
      >
        <Icon name={isOpen ? "mic" : "mic-off"} />
      </button>
    </span>
  );
}
