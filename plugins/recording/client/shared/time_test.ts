import { exactStamp, parseStamp, stamp } from "./time.ts";

function assertEquals(got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`got ${got}, wanted ${wanted}`);
}

Deno.test("a time is written as people read it", () => {
  assertEquals(stamp(0), "0:00");
  assertEquals(stamp(372.9), "6:12");
  assertEquals(stamp(3972), "1:06:12");
  assertEquals(exactStamp(7.5), "0:07.5");
  assertEquals(exactStamp(59.96), "1:00");
});

Deno.test("what people write is read back, and nothing else", () => {
  for (const seconds of [0, 7.5, 372, 3972]) assertEquals(parseStamp(exactStamp(seconds)), seconds);
  assertEquals(parseStamp(" 90 "), 90);
  assertEquals(parseStamp("1:02,5"), 62.5);
  for (const wrong of ["", "a", "1:2:3:4", "-1", "1:", "1.5:00", "NaN", "1e9"]) {
    assertEquals(parseStamp(wrong), null);
  }
});
