import assert from "node:assert/strict";
import {
  clockText,
  elapsedS,
  hues,
  initials,
  marks,
  minuteAt,
  minuteText,
  newestFirst,
  playedPercent,
} from "./match.ts";
import type { MatchState, Moment } from "./shapes.ts";

const AT = "2026-11-25T20:00:00.000Z";

function moment(id: number, minute: number, added = 0, rest: Partial<Moment> = {}): Moment {
  return {
    id: String(id),
    kind: "goal",
    minute,
    added,
    side: "home",
    text: "",
    card: null,
    phase: null,
    by: null,
    at: AT,
    ...rest,
  };
}

function match(rest: Partial<MatchState> = {}): MatchState {
  return {
    home: "Rivage",
    away: "Montclar",
    score: [0, 0],
    phase: "second_half",
    clock: { running: true, elapsed_s: 0, at: AT },
    half_s: 2_700,
    starts_at: null,
    commentators_only: false,
    moments: [],
    ...rest,
  };
}

Deno.test("a running clock goes on from what it showed, by the server's time", () => {
  const clock = { running: true, elapsed_s: 60, at: AT };
  assert.equal(elapsedS(clock, Date.parse(AT) + 5_900), 65);
  assert.equal(elapsedS({ ...clock, running: false }, Date.parse(AT) + 5_900), 60);
});

Deno.test("a clock never goes back when this device is behind", () => {
  assert.equal(elapsedS({ running: true, elapsed_s: 60, at: AT }, Date.parse(AT) - 9_000), 60);
});

Deno.test("a clock has minutes beyond the hour", () => {
  assert.equal(clockText(67 * 60 + 4), "67:04");
});

Deno.test("minutes are counted as the server counts them", () => {
  assert.deepEqual(minuteAt("before", 2_700, 0), { minute: 0, added: 0 });
  assert.deepEqual(minuteAt("first_half", 2_700, 0), { minute: 1, added: 0 });
  assert.deepEqual(minuteAt("first_half", 2_700, 2_290), { minute: 39, added: 0 });
  assert.deepEqual(minuteAt("first_half", 2_700, 2_699), { minute: 45, added: 0 });
  assert.deepEqual(minuteAt("first_half", 2_700, 2_700), { minute: 45, added: 1 });
  assert.deepEqual(minuteAt("half_time", 2_700, 2_700), { minute: 45, added: 0 });
  assert.deepEqual(minuteAt("first_half", 2_700, 2_790), { minute: 45, added: 2 });
  assert.deepEqual(minuteAt("second_half", 2_700, 2_700), { minute: 46, added: 0 });
  assert.equal(minuteText({ minute: 90, added: 4 }), "90+4′");
});

Deno.test("what was added to the first half comes before the second one", () => {
  const moments = [moment(1, 46), moment(2, 45, 2), moment(3, 12), moment(4, 45)];
  const order = newestFirst({ moments }).map(({ id }) => id);
  assert.deepEqual(order, ["1", "2", "4", "3"]);
});

Deno.test("marks of one side stand apart, and those of two sides may face each other", () => {
  const moments = [moment(1, 30), moment(2, 30), moment(3, 30, 0, { side: "away" })];
  const [first, second, other] = marks(match({ moments }));
  assert.ok(first && second && other);
  assert.ok(second.at - first.at > 3);
  assert.equal(other.at, first.at);
});

Deno.test("a minute stands only where there is room for it", () => {
  const moments = [moment(1, 30), moment(2, 31), moment(3, 32, 0, { side: "away" })];
  assert.deepEqual(marks(match({ moments })).map(({ isRoomy }) => isRoomy), [false, true, true]);
});

Deno.test("a mark never leaves the line", () => {
  const moments = Array.from({ length: 8 }, (_, n) => moment(n, 90, n));
  assert.ok(marks(match({ moments })).every(({ at }) => at <= 100));
});

Deno.test("notes and turns have no mark", () => {
  const note = moment(1, 5, 0, { kind: "note", side: null });
  assert.deepEqual(marks(match({ moments: [note] })), []);
});

Deno.test("the line is full at the end and half full at half-time", () => {
  assert.equal(playedPercent(match({ phase: "half_time" }), 2_900), 50);
  assert.equal(playedPercent(match({ phase: "after" }), 5_000), 100);
});

Deno.test("two teams never have one hue, and none has that of people or recording", () => {
  for (const away of ["Montclar", "Rivage", "Les Docks", "FC", "东京", "Ünï"]) {
    const chosen = hues({ home: "Rivage", away });
    assert.ok(Math.abs(chosen.home - chosen.away) >= 50, away);
    for (const hue of Object.values(chosen)) assert.ok(hue >= 140 && hue < 340);
  }
});

Deno.test("a crest has the first letters of the first and last word", () => {
  assert.equal(initials("US Rivage"), "UR");
  assert.equal(initials("Montclar"), "M");
  assert.equal(initials("Saint-Malo"), "SM");
  assert.equal(initials("🦊"), "");
});
