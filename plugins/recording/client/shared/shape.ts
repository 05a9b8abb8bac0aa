/** How the rough shape of a voice is drawn. */

/** The bars as an SVG path in a box of a thousand by a hundred. */
export function pathOf(bars: readonly number[]): string {
  const step = 1_000 / Math.max(1, bars.length);
  return bars.map((bar, number) => {
    const height = Math.max(4, bar);
    return `M${((number + 0.5) * step).toFixed(1)} ${(100 - height) / 2}v${height}`;
  }).join("");
}
