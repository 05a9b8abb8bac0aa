/** Times of a recording: "6:12", "1:06:12", and back. */

export function stamp(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** With tenths where there are some: "0:07.5". */
export function exactStamp(seconds: number): string {
  const tenths = Math.round(seconds * 10) % 10;
  const shown = stamp(Math.floor(Math.round(seconds * 10) / 10));
  return tenths ? `${shown}.${tenths}` : shown;
}

/** "1:06:12.5", "6:12" or "12" in seconds; null when it is no time. */
export function parseStamp(text: string): number | null {
  const parts = text.trim().replace(",", ".").split(":");
  if (parts.length > 3 || !parts.every((part, at) => isPart(part, at === parts.length - 1))) {
    return null;
  }
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}

function isPart(part: string, isLast: boolean): boolean {
  return isLast ? /^\d{1,5}(\.\d{1,3})?$/.test(part) : /^\d{1,4}$/.test(part);
}
