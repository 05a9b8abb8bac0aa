import assert from "node:assert/strict";
import { joined, moved, parted, rulesFor } from "./rules.ts";

const LAST_THURSDAY = "2026-11-26T20:00";

Deno.test("a day offers the rules that fit it", () => {
  assert.deepEqual(rulesFor(LAST_THURSDAY), [
    "",
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
    "FREQ=MONTHLY;BYDAY=4TH",
    "FREQ=MONTHLY;BYDAY=-1TH",
    "FREQ=MONTHLY;BYMONTHDAY=26",
    "FREQ=YEARLY",
  ]);
  assert.equal(rulesFor("2026-11-05T20:00").includes("FREQ=MONTHLY;BYDAY=-1TH"), false);
  assert.equal(rulesFor("2026-10-29T20:00").includes("FREQ=MONTHLY;BYDAY=5TH"), false);
  assert.deepEqual(rulesFor(""), [""]);
});

Deno.test("a rule stays of its kind when the day is another one", () => {
  assert.equal(moved("FREQ=WEEKLY;BYDAY=TH", "2026-12-01T20:00"), "FREQ=WEEKLY;BYDAY=TU");
  assert.equal(moved("FREQ=MONTHLY;BYDAY=-1TH", "2026-12-29T20:00"), "FREQ=MONTHLY;BYDAY=-1TU");
  assert.equal(
    moved("FREQ=MONTHLY;BYMONTHDAY=26", "2026-12-01T20:00"),
    "FREQ=MONTHLY;BYMONTHDAY=1",
  );
  assert.equal(moved("FREQ=MONTHLY;BYDAY=-1TH", "2026-12-01T20:00"), "");
  assert.equal(moved("FREQ=DAILY;INTERVAL=3", "2026-12-01T20:00"), "FREQ=DAILY;INTERVAL=3");
  assert.equal(moved("", "2026-12-01T20:00"), "");
});

Deno.test("the last day is parted from a rule and joined to it", () => {
  const rule = "FREQ=WEEKLY;BYDAY=TH";
  assert.deepEqual(parted(`${rule};UNTIL=20261231`), { rule, until: "2026-12-31" });
  assert.deepEqual(parted(rule), { rule, until: "" });
  assert.equal(joined(rule, "2026-12-31"), `${rule};UNTIL=20261231`);
  assert.equal(joined("", "2026-12-31"), "");
});
