/** What the server has put into the page. */

export interface Boot {
  readonly language: string;
  readonly accent_hue: number;
  /** The address of the style sheet of what no first paint shows. */
  readonly later_style: string;
}

export const boot: Boot = JSON.parse(
  globalThis.document?.getElementById("boot")?.textContent ?? "{}",
);
