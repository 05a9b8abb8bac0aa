import { Saver, type SavingState } from "./saver.ts";

function same(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

function server(...refusals: object[]) {
  const sent: [string, number][] = [];
  const states: SavingState[] = [];
  const saver = new Saver<string>(0, {
    send: (wanted, revision) => {
      sent.push([wanted, revision]);
      const refusal = refusals.shift();
      return refusal ? Promise.reject(refusal) : Promise.resolve(revision + 1);
    },
    pause: () => Promise.resolve(),
    tell: (state) => states.push(state),
  });
  return { saver, sent, states, settled: () => new Promise((done) => setTimeout(done, 0)) };
}

Deno.test("each change is saved over the last, and what came meanwhile goes at once", async () => {
  const { saver, sent, states, settled } = server();
  for (const each of ["a", "ab", "abc"]) saver.put(each);
  await settled();
  saver.put("abcd");
  await settled();
  same(sent, [["a", 0], ["abc", 1], ["abcd", 2]], "the latest each time");
  same(states, ["saving", "saving", "saved", "saving", "saved"], "as it is said");
});

Deno.test("what is sent while the line is down is sent again, and then what came later", async () => {
  const { saver, sent, states, settled } = server({ code: "lost" }, { code: "unavailable" });
  saver.put("a");
  saver.put("ab");
  await settled();
  same(sent, [["a", 0], ["a", 0], ["a", 0], ["ab", 1]], "the same until it is taken");
  same(states, ["saving", "lost", "lost", "saving", "saved"], "nothing is called saved before");
});

Deno.test("who saves while one's own is on its way is heard of when it is there", async () => {
  const { saver, states, settled } = server();
  saver.put("a");
  saver.heard(1, "me");
  await settled();
  same(states.at(-1), "saved", "that was one's own");
  saver.put("ab");
  saver.heard(3, "Théo");
  await settled();
  same(states.at(-1), { why: "Théo", isOthers: true }, "that was not");
});

Deno.test("once it has ended nothing is sent", async () => {
  const { saver, sent, settled } = server({ code: "lost" });
  saver.put("a");
  saver.put("ab");
  await saver.end();
  saver.put("abc");
  await settled();
  same(sent, [["a", 0], ["a", 0]], "but for what was under way");
});

Deno.test("nothing is written over what somebody else changed before it is decided", async () => {
  const meanwhile = { code: "conflict", reason: "recording.edited_meanwhile", message: "June" };
  const { saver, sent, states, settled } = server(meanwhile);
  saver.put("a");
  await settled();
  saver.put("ab");
  await settled();
  same(sent.length, 1, "it waits");
  same(states.at(-1), { why: "June", isOthers: true }, "and says why");
  saver.decided(5, true);
  await settled();
  same(sent.slice(1), [["ab", 5]], "one's own, over theirs");
  saver.heard(6, "Théo");
  same(states.at(-1), "saved", "one's own echo is no news");
  saver.heard(7, "Théo");
  same(states.at(-1), { why: "Théo", isOthers: true }, "somebody else's is");
  saver.put("lost");
  saver.decided(7, false);
  await settled();
  same(sent.length, 2, "let go of");
});
