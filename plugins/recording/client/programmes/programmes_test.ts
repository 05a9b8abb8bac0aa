import type { Segment } from "../shared/wire.ts";
import { moved, secondsOf } from "./programmes.ts";

const segment: Segment = {
  take_id: "1",
  piece_id: null,
  slot: "",
  title: "",
  start_s: 10,
  end_s: 20,
  cuts: [{ start_s: 5, end_s: 12 }],
  chapters: [],
  is_silent: false,
};

function assert(is: boolean, what: string): void {
  if (!is) throw new Error(what);
}

Deno.test("one of a list moves, and beyond the ends it stays at the end", () => {
  assert(moved(["a", "b", "c"], 0, 2).join("") === "bca", "to the end");
  assert(moved(["a", "b", "c"], 2, -4).join("") === "cab", "to the beginning");
  assert(moved(["a"], 3, 0).join("") === "a", "what is not there");
});

Deno.test("what was cut out, and who is not heard, is no part of how long it is", () => {
  assert(secondsOf(segment) === 8, "as far as it lies within");
  assert(secondsOf({ ...segment, is_silent: true }) === 0, "silent");
});
