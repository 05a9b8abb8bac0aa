import { effect } from "@preact/signals";
import assert from "node:assert/strict";
import type { Activate, ClientSalon } from "../plugins.ts";
import { Store } from "../store.ts";
import type { App } from "./app.ts";
import { Modules } from "./modules.ts";
import { Slots } from "./slots.ts";
import type { EventFrame, Participant, Room } from "../wire.ts";

// deno-lint-ignore no-explicit-any
type Handler = (data: any) => void;

/** What a module can reach of the page, without a page. */
function page(activate: Record<string, Activate | undefined>) {
  const slots = new Slots();
  const handlers: Handler[] = [];
  const store = new Store();
  const app = {
    slots,
    store,
    router: { navigate: () => {} },
    command: () => Promise.resolve({}),
    on: (_event: string, handler: Handler) => {
      handlers.push(handler);
      return () => {};
    },
  } as unknown as App;
  const loaded: string[] = [];
  const modules = new Modules(app, (url, styles) => {
    loaded.push(url, ...styles);
    const found = activate[url];
    return found ? Promise.resolve({ default: found }) : Promise.reject(new Error("404"));
  });
  return { modules, slots, store, handlers, loaded };
}

const fills: Activate = (salon: ClientSalon) => salon.slot("nav", () => null);
const breaks: Activate = (salon: ClientSalon) => {
  salon.slot("nav", () => null);
  throw new Error("broken on purpose");
};

/** Failures are named in the console; a test of them keeps its output clean. */
async function hushed(work: () => Promise<void>): Promise<unknown[][]> {
  const said: unknown[][] = [];
  const error = console.error;
  console.error = (...words) => void said.push(words);
  try {
    await work();
  } finally {
    console.error = error;
  }
  return said;
}

Deno.test("a module that fails leaves nothing behind, is named, and the others live", async () => {
  const { modules, slots } = page({ "/good.js": fills, "/bad.js": breaks });
  const said = await hushed(() =>
    modules.use([{ plugin: "bad", url: "/bad.js" }, { plugin: "good", url: "/good.js" }])
  );
  assert.deepEqual(slots.of("nav").map((filling) => filling.plugin), ["good"]);
  assert.match(String(said[0]?.[0]), /bad/);
  assert.deepEqual([...modules.failed.value], ["bad"]);
});

Deno.test("a module that cannot be loaded, or exports nothing to call, is named", async () => {
  const { modules } = page({});
  const said = await hushed(() => modules.use([{ plugin: "gone", url: "/gone.js" }]));
  assert.match(String(said[0]?.[0]), /gone/);
});

Deno.test("marks of a room and of its people are collected; one that fails has none", async () => {
  const { modules, slots } = page({
    "/a.js": (salon) => {
      salon.marks({ room: () => "Recording", person: (_room, { muted }) => muted ? "Off" : "" });
    },
    "/b.js": (salon) => {
      salon.marks({
        room: () => {
          throw new Error("broken on purpose");
        },
      });
    },
  });
  await modules.use([{ plugin: "b", url: "/b.js" }, { plugin: "a", url: "/a.js" }]);
  const room = {} as Room;
  const said = await hushed(() => {
    assert.deepEqual(slots.marksOf(room), ["Recording"]);
    return Promise.resolve();
  });
  assert.match(String(said[0]?.[0]), /plugin b/);
  assert.deepEqual(slots.marksOf(room, { muted: true } as Participant), ["Off"]);
  assert.deepEqual(slots.marksOf(room, { muted: false } as Participant), []);
  await modules.use([{ plugin: "a", url: "/gone.js" }]).catch(() => {});
  assert.deepEqual(slots.marksOf(room, { muted: true } as Participant), []);
});

Deno.test("a module is loaded once, and anew when its address changes", async () => {
  const { modules, slots, loaded } = page({ "/a-1.js": fills, "/a-2.js": fills });
  await modules.use([{ plugin: "a", url: "/a-1.js" }]);
  await modules.use([{ plugin: "a", url: "/a-1.js" }]);
  await modules.use([{ plugin: "a", url: "/a-2.js" }]);
  assert.deepEqual(loaded, ["/a-1.js", "/a-2.js"]);
  assert.equal(slots.of("nav").length, 1);
});

Deno.test("a module comes with its style sheets", async () => {
  const { modules, loaded } = page({ "/a.js": fills });
  await modules.use([{ plugin: "a", url: "/a.js", styles: ["/a.css"] }]);
  assert.deepEqual(loaded, ["/a.js", "/a.css"]);
});

Deno.test("a handler that fails is named and stops nobody", async () => {
  const { modules, handlers } = page({
    "/a.js": (salon) => {
      salon.on("match.goal", () => {
        throw new Error("broken on purpose");
      });
    },
  });
  await modules.use([{ plugin: "a", url: "/a.js" }]);
  const said = await hushed(() => Promise.resolve(handlers[0]?.({})));
  assert.match(String(said[0]?.[0]), /a failed on match.goal/);
});

Deno.test("who asks what one may is not asked anew each time somebody talks", async () => {
  let asked = 0;
  const { modules, store } = page({
    "/a.js": (salon) => {
      effect(() => {
        salon.may("message.manage");
        asked++;
      });
    },
  });
  await modules.use([{ plugin: "a", url: "/a.js" }]);
  const talks = { room_id: "1", account_ids: ["2"] };
  store.apply({ event: "speaking.changed", data: talks } as EventFrame, 0);
  assert.equal(asked, 1);
});
