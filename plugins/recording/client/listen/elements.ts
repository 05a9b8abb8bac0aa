/** Pieces of the public pages, made without a library: these pages load nothing that they can spare. */

const SVG = "http://www.w3.org/2000/svg";

export const PATHS = {
  play: "M7 4.500v15l12.5-7.500z",
  pause: "M8 5v14M16 5v14",
  back: "M4 12a8 8 0 1 0 2.6-5.900L4 8.500M4 4v4.500h4.5",
  forward: "M20 12a8 8 0 1 1-2.6-5.900L20 8.500M20 4v4.500h-4.5",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",
  share: "M12 15V4M8 7.500L12 4l4 3.500M6 12v8h12v-8",
  more: "M5 12h.01M12 12h.01M19 12h.01",
} as const;

export type Picture = keyof typeof PATHS;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Decorative: whatever carries it has a label of its own. */
export function icon(picture: Picture): SVGSVGElement {
  const made = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  made.append(svg("path", { d: PATHS[picture] }));
  return made;
}

export function iconButton(
  className: string,
  label: string,
  picture: Picture,
  act: () => void,
): HTMLButtonElement {
  const press = element("button", className);
  press.type = "button";
  press.title = label;
  press.setAttribute("aria-label", label);
  press.append(icon(picture));
  press.addEventListener("click", act);
  return press;
}

/** Shows another icon and name on a button. */
export function dress(press: HTMLButtonElement, label: string, picture: Picture): void {
  press.title = label;
  press.setAttribute("aria-label", label);
  press.querySelector("path")?.setAttribute("d", PATHS[picture]);
  press.classList.toggle("filled", picture === "play");
}

export function textButton(text: string, act: () => void): HTMLButtonElement {
  const press = element("button", "rec-btn small", text);
  press.type = "button";
  press.addEventListener("click", act);
  return press;
}

/** A choice among few, drawn by the browser; `className` says how it looks. */
export function choice(
  className: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  act: (value: string) => void,
): HTMLSelectElement {
  const made = element("select", className);
  made.title = label;
  made.setAttribute("aria-label", label);
  for (const [value, text] of options) made.append(new Option(text, value));
  made.addEventListener("change", () => act(made.value));
  return made;
}
