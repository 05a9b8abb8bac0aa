/**
 * The keyboard of a phone. Most browsers make the page smaller (`interactive-widget` in its head);
 * Safari lays the keyboard over it and moves the page away. There the page ends above the keyboard, from
 * when this is fetched.
 */

/** Less is no keyboard, but a bar of the browser. */
const LEAST_PX = 80;

function fit(seen: VisualViewport): void {
  if (seen.scale !== 1) return; // somebody looks closer
  const coveredPx = Math.round(innerHeight - seen.height);
  const isOver = coveredPx >= LEAST_PX;
  document.documentElement.style.setProperty("--covered", isOver ? `${coveredPx}px` : "0px");
  if (isOver) scrollTo(0, 0);
}

const viewport = globalThis.visualViewport;
viewport?.addEventListener("resize", () => fit(viewport));
