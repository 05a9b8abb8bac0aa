/** The name by which a bot is mentioned, from the one that members see. */

const HANDLE_MAX = 32;

/** "Quiz night!" becomes "quiz-night". */
export function suggestedHandle(name: string): string {
  return name.toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, HANDLE_MAX)
    .replace(/^-|-$/g, "");
}
