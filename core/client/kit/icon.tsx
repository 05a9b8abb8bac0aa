/**
 * The icon set: one path each on a 24 px grid, drawn with the ink of the text around it. Those that a
 * first paint may show are here, the others in `later_icons.ts`.
 */

import { signal } from "@preact/signals";

const PATHS = {
  back: "M11 6l-6 6 6 6M5 12h14",
  bell: "M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4",
  bot:
    "M8.5 8h7a3.5 3.5 0 0 1 3.5 3.5v4a3.5 3.5 0 0 1 -3.5 3.5h-7a3.5 3.5 0 0 1 -3.5 -3.5v-4a3.5 3.5 0 0 1 3.5 -3.5zM12 8V4.5M9.5 13v1M14.5 13v1M2.5 12.5v3M21.5 12.5v3",
  check: "M5 12.5l4.5 4.5L19 7",
  clock: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0zM12 7v5l3.5 2",
  door: "M6 21V10a6 6 0 0 1 12 0v11M4 21h16M14.5 13.5v.01",
  down: "M7 10l5 5 5-5",
  gear:
    "M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0zM10.4 5.2l.3-2.2h2.6l.3 2.2 2.1.9 1.8-1.4 1.8 1.8-1.4 1.8.9 2.1 2.2.3v2.6l-2.2.3-.9 2.1 1.4 1.8-1.8 1.8-1.8-1.4-2.1.9-.3 2.2h-2.6l-.3-2.2-2.1-.9-1.8 1.4-1.8-1.8 1.4-1.8-.9-2.1-2.2-.3v-2.6l2.2-.3.9-2.1-1.4-1.8 1.8-1.8 1.8 1.4z",
  home: "M4 11l8-7 8 7v9h-5.5v-5h-5v5H4z",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 0 0 6 0h5",
  lock:
    "M7.5 11h9a2.5 2.5 0 0 1 2.5 2.5v4.5a2.5 2.5 0 0 1 -2.5 2.5h-9a2.5 2.5 0 0 1 -2.5 -2.5v-4.5a2.5 2.5 0 0 1 2.5 -2.5zM8 11V8a4 4 0 0 1 8 0v3",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pen: "M5 19l1-4L16.5 4.5l3 3L9 18zM14.5 6.5l3 3",
  pin: "M9 4h6M10 4v5l-3 4h10l-3-4V4M12 13v7",
  plus: "M12 5v14M5 12h14",
  puzzle: "M4 8h4.5a2.2 2.2 0 1 1 4 0H17v4.5a2.2 2.2 0 1 1 0 4V21H4z",
  refresh:
    "M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4.5V9h4.5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 19.5V15h-4.5",
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  search: "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0 -13 0zM16 16l4.5 4.5",
  send: "M4 12l16-8-5 16-3-7zM12 13l8-9",
  sliders:
    "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM7 17a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z",
  smile: "M4 12a8 8 0 1 0 16 0a8 8 0 1 0 -16 0zM9 10v.01M15 10v.01M8.5 14a4 4 0 0 0 7 0",
  text: "M5 7h14M5 12h14M5 17h8",
  thread: "M5 4v9a3 3 0 0 0 3 3h11M15 12l4 4-4 4",
  user: "M8 8a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zM4.5 20.5c0-4.5 3.5-6.5 7.5-6.5s7.5 2 7.5 6.5",
  users:
    "M5.5 8a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2.2.8 3.5 2.7 3.5 5.5",
  warn: "M12 4L2.8 20h18.4zM12 10v5M12 17.5v.01",
  "wifi-off":
    "M4 4l16 16M12 19v.01M8.5 15.5a5 5 0 0 1 6 -.8M5 12a10 10 0 0 1 4.5-2.6M2.5 8.5A15 15 0 0 1 7 5.8M14 9.2a10 10 0 0 1 5 2.8M11 5a15 15 0 0 1 10.5 3.5",
  x: "M6 6l12 12M18 6L6 18",
} as const;

export type IconName = keyof typeof PATHS | keyof Later;

type Later = typeof import("./later_icons.ts").LATER;

/** The others, once they are there. */
const later = signal<Partial<Later>>({});
let fetching: Promise<void> | null = null;

/** Done when every icon can be drawn; one that is missing stays empty. */
export function allIcons(): Promise<void> {
  return fetching ??= import("./later_icons.ts").then(
    ({ LATER }) => void (later.value = LATER),
    () => void (fetching = null), // tried again by whoever needs them next
  );
}

function pathOf(name: IconName): string | undefined {
  return name in PATHS ? PATHS[name as keyof typeof PATHS] : later.value[name as keyof Later];
}

const MIRRORED: ReadonlySet<IconName> = new Set(["back", "right", "reply", "send", "leave"]);
const FILLED: ReadonlySet<IconName> = new Set(["play"]);
const THICK: ReadonlySet<IconName> = new Set(["more", "pause"]);

/** Decorative: whatever carries the icon has a label of its own. */
export function Icon({ name }: { readonly name: IconName }) {
  const classes = [
    "i",
    MIRRORED.has(name) && "i-mirrored",
    FILLED.has(name) && "i-filled",
    THICK.has(name) && "i-thick",
  ].filter(Boolean).join(" ");
  return (
    <svg class={classes} viewBox="0 0 24 24" aria-hidden="true">
      <path d={pathOf(name)} />
    </svg>
  );
}
