import assert from "node:assert/strict";
import { evenings, habit, hoursOfWeek } from "./evenings.ts";

const NOW = new Date(2026, 10, 29, 22, 30);

/** An hour of the reader's clock, so many days ago. */
function ago(days: number, hour: number): string {
  return new Date(2026, 10, 29 - days, hour).toISOString();
}

function litOf(talked: readonly string[], since = ago(30, 12)): readonly boolean[] {
  return evenings(talked, since, NOW).map(({ isLit }) => isLit);
}

Deno.test("an evening is lit when somebody talked, and lasts until the morning after", () => {
  assert.deepEqual(litOf([]), Array(7).fill(false));
  assert.deepEqual(litOf([ago(6, 21), ago(0, 1), ago(0, 22)]), [
    ...[true, false, false, false, false],
    ...[true, true],
  ]);
  assert.deepEqual(litOf([ago(8, 21)]), Array(7).fill(false));
});

Deno.test("a young place has the evenings that it lived", () => {
  assert.deepEqual(litOf([ago(1, 20)], ago(2, 18)), [false, true, false]);
  assert.equal(evenings([], undefined, NOW).length, 1);
});

Deno.test("three evenings at the same hour are a habit, of the last two weeks", () => {
  const nine = [ago(1, 21), ago(3, 21), ago(4, 21)];
  assert.equal(habit([ago(1, 18), ...nine], NOW), nine[0]);
  assert.equal(habit(nine.slice(1), NOW), null);
  assert.equal(habit([ago(20, 21), ...nine.slice(1)], NOW), null);
  assert.equal(hoursOfWeek([ago(20, 21), ...nine], NOW), 3);
});
