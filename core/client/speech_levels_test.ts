import assert from "node:assert/strict";
import { countedIn, SpeechLevels } from "./speech_levels.ts";

/** Everybody speaks so many seconds, each as loud as given, in decibels below the loudest. */
function spoken(levels: Readonly<Record<string, number>>, seconds = 5): SpeechLevels {
  const heard = new SpeechLevels();
  for (let quarter = 0; quarter <= seconds * 4; quarter++) {
    const soFar = quarter / 4;
    heard.hear(
      new Map(
        Object.entries(levels).map(([account, dB]) => [
          account,
          { energy: 10 ** (dB / 10) * soFar, seconds: soFar },
        ]),
      ),
    );
  }
  return heard;
}

Deno.test("who is much quieter than the others is known, and by how much", () => {
  const heard = spoken({ june: -24, ravi: -26, emi: -34 });
  assert.deepEqual([...heard.quiet()], [["emi", 10]]);
  assert.equal(heard.quiet(), heard.quiet());
});

Deno.test("nothing is said of who has hardly spoken, or is silent", () => {
  assert.equal(spoken({ june: -24, emi: -34 }, 2).quiet().size, 0);
  assert.equal(spoken({ june: -24, emi: -70 }).quiet().size, 0);
});

Deno.test("alone one is measured by what is usual", () => {
  assert.deepEqual([...spoken({ emi: -40 }).quiet()], [["emi", 10]]);
  assert.equal(spoken({ emi: -28 }).quiet().size, 0);
});

Deno.test("a report is read for me and for who sits in the slots", () => {
  const report = new Map<string, Record<string, unknown>>([
    ["a", { type: "media-source", kind: "audio", totalAudioEnergy: 1, totalSamplesDuration: 9 }],
    ["b", { type: "inbound-rtp", mid: "s1", totalAudioEnergy: 2, totalSamplesDuration: 8 }],
    ["c", { type: "inbound-rtp", mid: "s0", totalAudioEnergy: 3, totalSamplesDuration: 7 }],
    ["d", { type: "inbound-rtp", mid: "s2" }],
  ]) as unknown as RTCStatsReport;
  assert.deepEqual([...countedIn(report, ["me", null, "june", "ravi"])], [
    ["me", { energy: 1, seconds: 9 }],
    ["june", { energy: 2, seconds: 8 }],
  ]);
});
