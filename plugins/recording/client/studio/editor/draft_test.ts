import {
  chaptered,
  chaptersOf,
  cutOut,
  draftOf,
  edged,
  fieldsOf,
  lengthOf,
  movedTo,
  restored,
  spansOf,
  withPart,
  wrongsOf,
} from "./draft.ts";
import { after, begun, redone, undone } from "./history.ts";
import type { Segment, Take } from "../../shared/wire.ts";

const marks = [{ at_s: 30, end_s: null, title: "One" }, { at_s: 5, end_s: 9, title: "Kept" }];
const take = { id: "7", duration_s: 125.37, voices: ["1"], marks } as unknown as Take;

function assert(is: boolean, what: string): void {
  if (!is) throw new Error(what);
}

function same(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  assert(a === b, `${what}: ${a} instead of ${b}`);
}

Deno.test("a new draft is the whole recording with its moments, and lacks only a title", () => {
  const draft = draftOf(take, undefined);
  same(draft.parts.map(({ start_s, end_s }) => [start_s, end_s]), [[0, 125.3]], "all of it");
  same(draft.parts[0]?.chapters, [{ at_s: 30, title: "One" }], "moments are chapters");
  const wrongs = wrongsOf(draft);
  assert(wrongs.title === "title_missing" && !wrongs.length, "only the title is missing");
  assert(wrongsOf({ ...draft, title: "A" }).isRight, "with a title it is right");
});

Deno.test("parts stand in any order, and are sent in it", () => {
  let draft = withPart({ ...draftOf(take, undefined), title: " A " }, take, 60, 70);
  draft = withPart(draft, take, 10, 12);
  draft = movedTo(draft, 2, 0);
  draft = movedTo(draft, 1, -3);
  const sent = fieldsOf(draft, undefined);
  const starts = (sent["segments"] as Segment[]).map(({ start_s }) => start_s);
  same(starts, [60, 10, 0], "as they were put");
  same([sent["title"], movedTo(draft, 99, 0) === draft], ["A", true], "trimmed; nothing to move");
});

Deno.test("what is cut out is not heard, joins what it touches, and is restored", () => {
  let draft = withPart(draftOf(take, undefined), take, 50, 60);
  draft = cutOut(cutOut(draft, "7", 40, 52), "7", 51, 55);
  const [all, part] = draft.parts;
  same(all?.cuts, [{ start_s: 40, end_s: 55 }], "joined");
  same(part && spansOf(part), [{ start_s: 55, end_s: 60 }], "only what lies in it");
  same(Math.round(10 * lengthOf(draft.parts)), 1_153, "what is left of both");
  same(restored(draft, 0, all!.cuts[0]!).parts[0]?.cuts, [], "all of it again");
  assert(cutOut(draft, "8", 0, 125).parts[0] === all, "another recording is not touched");
});

Deno.test("an edge stays within the recording and before the other one", () => {
  let draft = edged(draftOf(take, undefined), 0, "end_s", 20, 125.3);
  draft = edged(draft, 0, "start_s", 90, 125.3);
  same([draft.parts[0]?.start_s, draft.parts[0]?.end_s], [19.9, 20], "a tenth is left");
  assert(wrongsOf({ ...draft, title: "A" }).length === "times_order", "too short");
  same(draft.parts[0] && chaptersOf(draft.parts[0]), [], "a chapter outside waits");
  draft = edged(edged(draft, 0, "end_s", 999, 125.3), 0, "start_s", -5, 125.3);
  same([draft.parts[0]?.start_s, draft.parts[0]?.end_s], [0, 125.3], "all of it");
  same(draft.parts[0] && chaptersOf(draft.parts[0]).length, 1, "and the chapter is back");
});

Deno.test("a chapter is set in the part that is chosen, and wants a title", () => {
  let draft = withPart({ ...draftOf(take, undefined), title: "A" }, take, 50, 60);
  draft = chaptered(draft, "7", 55.04, 1);
  same(draft.parts[1]?.chapters, [{ at_s: 55, title: "" }], "in the second");
  same([...wrongsOf(draft).unnamed], [1], "a title is missing");
  assert(chaptered(draft, "7", 200, null) === draft, "nothing holds that moment");
});

Deno.test("a hundred steps are undone and done again, and typing is one", () => {
  let history = begun("");
  for (let step = 1; step <= 120; step++) history = after(history, String(step));
  history = after(after(history, "a", "title"), "ab", "title");
  same([undone(history).now, redone(undone(history)).now], ["120", "ab"], "one step of typing");
  for (let step = 0; step < 200; step++) history = undone(history);
  same([history.now, history.past.length], ["21", 0], "a hundred of them");
});
