/** What the script says: the server gives it in the page's language. */

export type Said = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export function saidBy(place: HTMLElement): Said {
  const words: Readonly<Record<string, string>> = JSON.parse(place.dataset["said"] ?? "{}");
  return (key, values = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** "9:02", or "1:09:02". */
export function stamp(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
