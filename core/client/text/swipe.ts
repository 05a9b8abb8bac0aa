/** A message that a finger draws to the inline end is answered; from when this is fetched. */

const ANSWERS_PX = 56;
/** So far up or down it is a scroll, and no answer. */
const STRAYS_PX = 24;
const MOVES_ITSELF = "pre, table, input, textarea, audio, video";

interface Drawn {
  readonly row: HTMLElement;
  readonly x: number;
  readonly y: number;
  px: number;
}

let drawn: Drawn | null = null;

function begin({ target, touches }: TouchEvent): void {
  const [finger] = touches;
  const at = target instanceof Element && !target.closest(MOVES_ITSELF) ? target : null;
  const row = at?.closest<HTMLElement>("li[data-id]");
  drawn = row && finger && touches.length === 1
    ? { row, x: finger.clientX, y: finger.clientY, px: 0 }
    : null;
}

function move({ touches }: TouchEvent): void {
  const [finger] = touches;
  if (!drawn || !finger) return;
  const isScroll = Math.abs(finger.clientY - drawn.y) > STRAYS_PX;
  if (isScroll || document.querySelector(".acts .menu")) return leave();
  const way = getComputedStyle(drawn.row).direction === "rtl" ? -1 : 1;
  drawn.px = Math.max(0, Math.min((finger.clientX - drawn.x) * way, ANSWERS_PX));
  drawn.row.style.translate = `${drawn.px * way}px`;
}

function leave(): void {
  if (drawn) drawn.row.style.translate = "";
  drawn = null;
}

function end(): void {
  const row = drawn?.px === ANSWERS_PX ? drawn.row : null;
  leave();
  row?.focus({ preventScroll: true }); // so that what may be done with it is there
  requestAnimationFrame(() => row?.querySelector<HTMLElement>(".acts .answer")?.click());
}

addEventListener("touchstart", begin, { passive: true });
addEventListener("touchmove", move, { passive: true });
addEventListener("touchend", end);
addEventListener("touchcancel", leave);
