/** A message that a finger rests on shows what can be done with it; from when this is fetched. */

const LONG_MS = 450;

let timer: ReturnType<typeof setTimeout> | undefined;
let isHeld = false;

function begin({ target }: TouchEvent): void {
  const row = target instanceof Element ? target.closest<HTMLElement>("li[data-id]") : null;
  stop();
  isHeld = false;
  timer = setTimeout(() => {
    isHeld = row !== null;
    row?.focus({ preventScroll: true }); // so that what may be done with it is there
    requestAnimationFrame(() => row?.querySelector<HTMLElement>(".acts .more")?.click());
  }, LONG_MS);
}

function stop(): void {
  clearTimeout(timer);
}

function end(event: TouchEvent): void {
  stop();
  // Else the lifted finger clicks on the row, which closes the menu it has just opened.
  if (isHeld) event.preventDefault();
  isHeld = false;
}

addEventListener("touchstart", begin, { passive: true });
addEventListener("touchmove", stop, { passive: true });
addEventListener("touchend", end, { passive: false });
addEventListener("touchcancel", stop);
