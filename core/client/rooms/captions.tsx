/**
 * Captions of a room: a plugin writes along, and who is in the room reads two lines of it.
 *
 * The strip keeps its height, so that nothing moves under a finger, and is silent for screen readers:
 * whoever hears the room would hear everything twice. Each person chooses on their device whether it
 * is shown, and how large.
 */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { language, loadWords, t } from "../i18n.ts";
import { hueClass } from "../kit/avatar.tsx";
import { IconButton } from "../kit/button.tsx";
import { Menu, MenuItem } from "../kit/menu.tsx";
import { isShutOut } from "../loudness.ts";
import { kept } from "../prefs.ts";
import type { Caption, Room, RoomCaptioned } from "../wire.ts";
import { after, nameOf } from "./caption_lines.ts";

await loadWords("voice");

const SHOWN_MS = 8_000;

const isShown = kept<boolean>("salon.captions", true);
const isLarge = kept<boolean>("salon.captions_large", false);

/** In the head of a room with captions: tells that there are some, and lets one choose. */
export function CaptionsButton() {
  const [anchor, open] = useState<Element | null>(null);
  return (
    <>
      <IconButton
        icon="cc"
        label={t("caption.on")}
        opens="menu"
        class={isShown.value ? "on" : ""}
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && (
        <Menu label={t("caption.on")} anchor={anchor} onClose={() => open(null)}>
          <MenuItem icon="cc" onPress={() => isShown.value = !isShown.value}>
            {t(isShown.value ? "caption.hide" : "caption.show")}
          </MenuItem>
          {isShown.value && (
            <MenuItem icon="text" onPress={() => isLarge.value = !isLarge.value}>
              {t(isLarge.value ? "caption.smaller" : "caption.larger")}
            </MenuItem>
          )}
        </Menu>
      )}
    </>
  );
}

/** For who is in the room. */
export default function Captions({ room }: { readonly room: Room }) {
  const lines = useLines(room);
  if (!isShown.value) return null;
  const last = lines.at(-1);
  return (
    <section
      class={isLarge.value ? "cap large" : "cap"}
      aria-label={t("caption.captions")}
      aria-live="off"
    >
      <span class="xs muted">{last ? headOf(last) : t("caption.waiting")}</span>
      <div class="said">
        {lines.map((line, at) => <Line key={at} line={line} lines={lines.length} />)}
      </div>
    </section>
  );
}

function Line({ line, lines }: { readonly line: Caption; readonly lines: number }) {
  const account = useAccount(line.account_id);
  return (
    <p class={`${hueClass(account?.hue)} ${lines === 1 ? "alone" : ""}`}>
      <b>
        <bdi>{account?.display_name}</bdi>
      </b>
      <span class="end">
        <span lang={line.language} dir="auto">{line.text}</span>
      </span>
    </p>
  );
}

function headOf({ language: tag, translated_from: spoken }: Caption): string {
  const name = nameOf(tag, language.value);
  if (spoken === null) return t("caption.language", { language: name });
  return t("caption.translated", { from: nameOf(spoken, language.value), to: name });
}

/** The lines that stand there; they go when nobody said anything for a while. */
function useLines(room: Room): readonly Caption[] {
  const app = useApp();
  const [lines, show] = useState<readonly Caption[]>([]);
  useEffect(() => {
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const stop = app.on("room.captioned", ({ room_id, captions }: RoomCaptioned) => {
      if (room_id !== room.id) return;
      const privacy = app.store.privacy.peek();
      const seen = captions.filter(({ account_id }) => !isShutOut(account_id, privacy));
      if (seen.length === 0) return;
      show((before) => after(before, seen));
      clearTimeout(quiet);
      quiet = setTimeout(() => show([]), SHOWN_MS);
    });
    return () => {
      stop();
      clearTimeout(quiet);
    };
  }, [room.id]);
  return lines;
}
