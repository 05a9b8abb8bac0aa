import assert from "node:assert/strict";
import { parse } from "./router.ts";

Deno.test("addresses of the app lead to their views", () => {
  assert.deepEqual(parse("/"), { view: "home" });
  const general = { view: "channel", slug: "general", thread: null, message: null } as const;
  assert.deepEqual(parse("/c/general"), general);
  assert.deepEqual(parse("/c/general/m/12"), { ...general, message: "12" });
  assert.deepEqual(parse("/c/general/t"), { ...general, thread: "" });
  assert.deepEqual(parse("/c/general/t/7"), { ...general, thread: "7" });
  assert.deepEqual(parse("/c/general/t/7/m/12"), { ...general, thread: "7", message: "12" });
  assert.deepEqual(parse("/d"), { view: "between", id: "", message: null });
  assert.deepEqual(parse("/d/9/m/12"), { view: "between", id: "9", message: "12" });
  assert.deepEqual(parse("/r/caf%C3%A9"), { view: "room", slug: "café", message: null });
  assert.deepEqual(parse("/settings/voice"), { view: "settings", topic: "voice" });
  assert.deepEqual(parse("/admin"), { view: "admin", topic: "" });
  assert.deepEqual(parse("/welcome/rooms"), { view: "welcome", step: "rooms" });
});

Deno.test("what follows a plugin's name is the plugin's own", () => {
  assert.deepEqual(parse("/p/moderation/queue/7"), {
    view: "plugin",
    plugin: "moderation",
    path: "/queue/7",
  });
  assert.deepEqual(parse("/p/moderation"), { view: "plugin", plugin: "moderation", path: "/" });
});

Deno.test("an address that is not ours, or is broken, is told as such", () => {
  assert.deepEqual(parse("/nowhere"), { view: "lost" });
  assert.deepEqual(parse("/c"), { view: "lost" });
  assert.deepEqual(parse("/c/%E0%A4%A"), {
    view: "channel",
    slug: "%E0%A4%A",
    thread: null,
    message: null,
  });
});
