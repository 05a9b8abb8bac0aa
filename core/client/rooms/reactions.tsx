/**
 * Reactions in the room one is in: a few pictures to press, and those of everybody floating by at the
 * end of the page. More than five a second are counted, and all of them where nothing is to move.
 */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { Menu } from "../kit/menu.tsx";
import { Reacted } from "../text/own_emoji.tsx";
import { mayAt } from "../world.ts";
import type { Room, RoomReacted } from "../wire.ts";

export const OFFERED = ["👏", "❤️", "😂", "🔥", "👍", "🎉"];
const FLOATS_MAX = 12;
const FLOATS_PER_S = 5;
const COUNTED_MS = 2_400;
const LANES = 5;
const MOST_SHOWN = 2;

/** What was pressed how often, since one looks at the room. */
const pressed = signal<ReadonlyMap<string, number>>(new Map());

interface Float {
  readonly key: number;
  readonly emoji: string;
  readonly atMs: number;
}

export function RoomReactions({ room }: { readonly room: Room }) {
  const app = useApp();
  if (!mayAt(app.store.world.value, "reaction.add", room.overwrites)) return null;
  return (
    <>
      <span class="no-phone">
        <ReactButton room={room} />
      </span>
      <Floating key={room.id} room={room} />
    </>
  );
}

/** `hasWords`: as a button beside others, else a round one of the voice bar. */
export function ReactButton(
  { room, hasWords }: { readonly room: Room; readonly hasWords?: boolean },
) {
  const app = useApp();
  const [anchor, open] = useState<Element | null>(null);
  if (!mayAt(app.store.world.value, "reaction.add", room.overwrites)) return null;
  return (
    <>
      <button
        type="button"
        class={hasWords ? "btn" : "vbtn"}
        aria-label={t("voice.react")}
        aria-haspopup="menu"
        title={t("voice.react")}
        onClick={(event) => open(event.currentTarget)}
      >
        <Icon name="smile" />
        {hasWords && t("voice.react")}
      </button>
      {anchor && (
        <Menu label={t("voice.react")} anchor={anchor} onClose={() => open(null)}>
          <Offered room={room} role="menuitem" />
        </Menu>
      )}
    </>
  );
}

export function Offered({ room, role }: { readonly room: Room; readonly role?: "menuitem" }) {
  const app = useApp();
  return (
    <div class="reacts">
      {OFFERED.map((emoji) => (
        <button
          key={emoji}
          type="button"
          role={role}
          tabIndex={role ? -1 : 0}
          onClick={() => orToast(app.command("room.react", { room: room.id, emoji }))}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

function Floating({ room }: { readonly room: Room }) {
  const app = useApp();
  const [floats, show] = useState<readonly Float[]>([]);
  const [counted, count] = useState(0);
  const known = useRef({ next: 0, floats });
  known.current.floats = floats;
  useEffect(() => {
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const stop = app.on("room.reacted", ({ room_id, reactions, more }: RoomReacted) => {
      if (room_id !== room.id) return;
      const { blocked } = app.store.privacy.peek();
      const seen = reactions.filter(({ account_id }) => !blocked.includes(account_id));
      const shown = seen.slice(0, spaceIn(known.current.floats));
      pressed.value = withPressed(pressed.value, seen.map(({ emoji }) => emoji));
      const now = performance.now();
      const added = shown.map(({ emoji }) => ({ key: known.current.next++, emoji, atMs: now }));
      known.current.floats = [...known.current.floats, ...added];
      show(known.current.floats);
      count((before) => before + seen.length - shown.length + more);
      clearTimeout(quiet);
      quiet = setTimeout(() => count(0), COUNTED_MS);
    });
    return () => {
      stop();
      clearTimeout(quiet);
      pressed.value = new Map();
    };
  }, [room.id]);
  const gone = (key: number) => show((all) => all.filter((each) => each.key !== key));
  return (
    <div class="floats">
      {floats.map(({ key, emoji }) => (
        <span
          key={key}
          class="float"
          aria-hidden="true"
          style={{ "--lane": key % LANES }}
          onAnimationEnd={() => gone(key)}
        >
          <Reacted emoji={emoji} />
        </span>
      ))}
      {counted > 0 && <span class="pill accent">{t("voice.reactions", { n: counted })}</span>}
    </div>
  );
}

function withPressed(
  before: ReadonlyMap<string, number>,
  emoji: readonly string[],
): ReadonlyMap<string, number> {
  const after = new Map(before);
  for (const each of emoji) after.set(each, (after.get(each) ?? 0) + 1);
  return after;
}

/** For a crowd, of which no single hand is seen. */
export function MostReacted() {
  const most = [...pressed.value].toSorted(([, a], [, b]) => b - a).slice(0, MOST_SHOWN);
  if (most.length === 0) return null;
  return (
    <span class="reacted">
      {most.map(([emoji, n]) => (
        <span key={emoji} class="pill num">
          <Reacted emoji={emoji} /> {n.toLocaleString()}
        </span>
      ))}
    </span>
  );
}

/** How many more may float now. */
function spaceIn(floats: readonly Float[]): number {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return 0;
  const sinceMs = performance.now() - 1_000;
  const lately = floats.filter(({ atMs }) => atMs > sinceMs).length;
  return Math.max(0, Math.min(FLOATS_PER_S - lately, FLOATS_MAX - floats.length));
}
