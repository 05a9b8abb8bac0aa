/**
 * Runs before the first paint, as a classic script: the chosen scheme and the community's hue.
 * Without it the page follows the system and has the hue of the house.
 */

const chosen = stored("salon.theme")?.replaceAll('"', "");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;

const hue = document.documentElement.dataset["accent"] ?? stored("salon.hue");
if (hue && /^\d{1,3}$/.test(hue)) {
  document.documentElement.style.setProperty("--accent-h", hue);
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
