import { cutOf, fieldsOf, isRight, wrongsOf } from "./cut.ts";
import type { Segment, Take } from "../shared/wire.ts";

const take = { duration_s: 125.37, voices: ["1"], marks: [] } as unknown as Take;

function assert(is: boolean, what: string): void {
  if (!is) throw new Error(what);
}

Deno.test("a new cut is the whole take and lacks only a title", () => {
  const cut = cutOf(take, undefined);
  assert(cut.start === "0:00" && cut.end === "2:05.3", `${cut.start} to ${cut.end}`);
  const wrongs = wrongsOf(cut, take.duration_s);
  assert(wrongs.title === "title_missing" && !wrongs.end, "only the title is missing");
  assert(isRight(wrongsOf({ ...cut, title: "A" }, take.duration_s)), "with a title it is right");
});

Deno.test("an end before the beginning, or after the take, is told", () => {
  const cut = { ...cutOf(take, undefined), title: "A" };
  assert(wrongsOf({ ...cut, start: "1:00", end: "0:30" }, 125).end === "times_order", "order");
  assert(wrongsOf({ ...cut, end: "9:00" }, 125).end === "times_late", "late");
  assert(wrongsOf({ ...cut, end: "x" }, 125).end === "times_wrong", "no time");
});

Deno.test("a chapter outside of the part is told beside it, and a right one is sent", () => {
  const chapters = [{ key: 7, at: "1:30", title: " One " }];
  const cut = { ...cutOf(take, undefined), title: "A", chapters };
  assert(wrongsOf({ ...cut, end: "1:00" }, 125).chapters.get(7)?.at === "chapter_out", "outside");
  const unnamed = wrongsOf({ ...cut, chapters: [{ key: 7, at: "3:00", title: " " }] }, 125);
  const wrong = unnamed.chapters.get(7);
  assert(wrong?.at === "chapter_out" && wrong.title === "title_missing", "each at its own field");
  const [sent] = fieldsOf(take, cut, undefined)["segments"] as Segment[];
  assert(sent?.chapters[0]?.at_s === 90, "sent in seconds");
  assert(sent?.chapters[0]?.title === "One", "trimmed");
});
