/** What the server has put into the page. */

export interface Boot {
  readonly language: string;
  readonly accent_hue: number;
  /** The address of the style sheet of settings and administration. */
  readonly settings_style: string;
}

export const boot: Boot = JSON.parse(
  globalThis.document?.getElementById("boot")?.textContent ?? "{}",
);
