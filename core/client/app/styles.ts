/** Style sheets that come after the first paint. */

import { loadWords } from "../i18n.ts";
import { allIcons } from "../kit/icon.tsx";
import { boot } from "./boot.ts";

/** Done when the look, the words and the icons of all that is fetched on demand are there. */
export async function styledLater(): Promise<void> {
  await Promise.all([styled(boot.later_style), loadWords("later"), allIcons()]);
}

/** Puts a style sheet into the page, once; done when it is there. */
export function styled(href: string): Promise<void> {
  const known = document.head.querySelector(`link[href="${CSS.escape(href)}"]`);
  if (known) return Promise.resolve();
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => resolve(); // plain is better than absent
    document.head.append(link);
  });
}
