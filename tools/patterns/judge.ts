/**
 * How long a regular expression takes in the worst case: recheck decides it on its automaton, or
 * counts the steps of a matcher that goes back and tries again, where there is no automaton.
 *
 * Reads a JSON list of `{source, flags}` and prints a verdict for each: "linear", "steps" (no text
 * was found that takes more than linearly many), or what else it is.
 */

import { check } from "recheck";

interface Expression {
  readonly source: string;
  readonly flags: string;
}

const TIMEOUT_MS = 30_000;
/** More states than this of one repetition are more than the judge holds. */
const REPEATS_MAX = 64;

/** Read "up to 4,096 times" as "any number of times", which takes no less time. */
function unbounded(source: string): string {
  return source.replace(
    /\{(\d+),(\d+)\}/g,
    (whole, least, most) => Number(most) > REPEATS_MAX ? `{${least},}` : whole,
  );
}

async function verdict({ source, flags }: Expression): Promise<string> {
  const judged = await check(unbounded(source), flags, { timeout: TIMEOUT_MS });
  if (judged.status === "safe") {
    return judged.checker === "automaton" ? "linear" : "steps";
  }
  if (judged.status === "unknown") return `unknown: ${judged.error.kind}`;
  return `${judged.complexity.summary}: ${judged.attack.pattern.slice(0, 100)}`;
}

const given: Expression[] = JSON.parse(
  await new Response(Deno.stdin.readable).text(),
);
const verdicts = [];
for (const one of given) verdicts.push(await verdict(one));
console.log(JSON.stringify(verdicts));
