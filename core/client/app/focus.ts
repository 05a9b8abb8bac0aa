/**
 * The focus is never lost: when what had it is taken out of the page (a door one has gone through, a
 * question one has answered), the part of the page that held it gets it, so that the next Tab goes on
 * from there and a screen reader knows where it is.
 */

const PARTS = "dialog[open], main, aside, nav, .vbar";

export function keepFocus(): void {
  let path: readonly Element[] = [];
  document.addEventListener("focusin", ({ target }) => {
    path = ancestors(target as Element);
  });
  const look = () => {
    if (document.activeElement !== document.body || !path[0] || path[0].isConnected) return;
    const part = path.find((each) => each.isConnected && each.matches(PARTS)) ??
      document.getElementById("main");
    path = [];
    if (!(part instanceof HTMLElement)) return;
    if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
    part.focus({ preventScroll: true });
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}

function ancestors(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let each: Element | null = element; each; each = each.parentElement) found.push(each);
  return found;
}
