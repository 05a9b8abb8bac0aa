import assert from "node:assert/strict";
import { reduce, welcomed } from "./reducers.ts";
import {
  EMPTY,
  isUnread,
  mayAt,
  peopleHere,
  peopleIn,
  peopleOf,
  SHOWN_MAX,
  shownOf,
  topRole,
  type World,
  writersIn,
} from "./world.ts";
import { PLACE } from "./voice_house.ts";
import type { Account, Channel, Hello, Live, Participant, Room, Snapshot } from "./wire.ts";

const ADA: Account = {
  id: "1",
  kind: "person",
  handle: "ada",
  display_name: "Ada",
  hue: 1,
  role_ids: [],
  is_owner: false,
  state: "active",
  timed_out_until: null,
  avatar_id: null,
  pronouns: "",
  status: "",
  created_at: "2026-01-01T00:00:00.000Z",
  guest_until: null,
};
const BEN: Account = { ...ADA, id: "2", handle: "ben", display_name: "Ben" };
const GENERAL: Channel = {
  id: "30",
  slug: "general",
  name: "general",
  topic: "",
  category_id: null,
  position: 0,
  room_id: null,
  last_message_id: null,
  overwrites: [],
  slow_mode_s: 0,
  is_public: false,
};
const KITCHEN: Room = {
  id: "40",
  slug: "kitchen",
  name: "Kitchen",
  topic: "",
  kind: "talk",
  category_id: null,
  position: 0,
  seats: 12,
  opened_by: "1",
  temporary: false,
  overwrites: [],
  sound: "speech",
  is_locked: false,
  push_to_talk: false,
  pinned_url: "",
  pinned_title: "",
  is_public: false,
  tag_ids: [],
  has_link: false,
  to_be_recorded: false,
};
const SITS: Participant = { ...PLACE, account_id: "2" };
const SNAPSHOT: Snapshot = {
  community: {
    id: "9",
    name: "Le Balcon",
    accent_hue: 165,
    language: "en",
    rules: "",
    link_cards: false,
    public_rooms: false,
    everyone_role_id: "10",
    icon_id: null,
    registration: "invitation",
    rules_version: 0,
  },
  accounts: [ADA, BEN],
  roles: [
    {
      id: "10",
      name: "everyone",
      position: 0,
      permissions: [],
      hue: null,
      mentionable: false,
      needs_second_step: false,
    },
    {
      id: "11",
      name: "Hosts",
      position: 5,
      permissions: [],
      hue: 2,
      mentionable: false,
      needs_second_step: false,
    },
  ],
  emoji: [{ id: "60", name: "party", moves: false }],
  categories: [],
  channels: [GENERAL],
  rooms: [KITCHEN],
  reads: {},
  conversations: [],
  threads: [],
  followed_threads: [],
  privacy: {
    blocked: [],
    first_messages: "everyone",
    shows_presence: true,
    shows_typing: true,
    shows_name_outside: false,
  },
  rules_read: 0,
  has_second_step: false,
  room_kinds: [
    {
      kind: "match.match",
      title: "Match",
      without: "",
      plugin: "match",
      running: true,
      permission: null,
      hint: {},
    },
  ],
};
const LIVE: Live = {
  here: ["2"],
  away: [],
  busy: [],
  people: 0,
  voice_session_id: null,
  participants: [],
  room_states: [],
  speaking: [],
  slots: [],
  visitors: [],
};

function hello(changes: Partial<Hello> = {}): Hello {
  return {
    session_id: "7",
    account: ADA,
    epoch: "e",
    seq: 1,
    heartbeat_s: 25,
    now: "2026-11-28T19:47:03.123Z",
    resumed: false,
    snapshot: SNAPSHOT,
    live: LIVE,
    plugins: { modules: [] },
    permissions: ["message.post"],
    version: "0.1.0",
    ...changes,
  };
}

function here(): World {
  return welcomed(EMPTY, hello());
}

function after(world: World, event: string, data: unknown, nowMs = 0): World {
  return reduce(world, { event, data }, nowMs);
}

Deno.test("of a large place it is known how many live there, of a small one by heart", () => {
  const large = welcomed(EMPTY, hello({ live: { ...LIVE, people: 10_004 } }));
  assert.equal(peopleOf(large), 10_004);
  const before = peopleOf(here());
  assert.equal(peopleOf(after(here(), "account.created", { ...ADA, id: "99" })), before + 1);
});

Deno.test("a welcome with a snapshot replaces all that was known", () => {
  const before = after(here(), "channel.created", { ...GENERAL, id: "31" });
  const again = welcomed(before, hello());
  assert.deepEqual([...again.channels.keys()], ["30"]);
});

Deno.test("a resumed welcome keeps what was known and replaces the state of the moment", () => {
  const before = after(here(), "channel.created", { ...GENERAL, id: "31" });
  const sat = after(before, "participant.joined", SITS);
  const again = welcomed(sat, hello({ snapshot: null, resumed: true }));
  assert.deepEqual([...again.channels.keys()], ["30", "31"]);
  assert.equal(again.participants.size, 0);
});

Deno.test("bots that are here are not counted among the people", () => {
  const bot: Account = { ...BEN, kind: "bot" };
  assert.equal(peopleHere(here()), 2);
  assert.equal(peopleHere(after(here(), "account.changed", bot)), 1);
});

Deno.test("whoever reads the page is here, whether or not the server counted them yet", () => {
  assert.deepEqual([...here().here].sort(), ["1", "2"]);
});

Deno.test("an event that no reducer knows changes nothing", () => {
  const world = here();
  assert.equal(after(world, "match.goal", { room_id: "40" }), world);
});

Deno.test("an event leaves the parts it does not concern as the same objects", () => {
  const world = here();
  const changed = after(world, "channel.changed", { ...GENERAL, topic: "Tea" });
  assert.notEqual(changed.channels, world.channels);
  assert.equal(changed.accounts, world.accounts);
  assert.equal(changed.rooms, world.rooms);
});

for (
  const [name, table, thing] of [
    ["category.changed", "categories", { id: "5", name: "Lounge", position: 0, overwrites: [] }],
    ["channel.created", "channels", { ...GENERAL, id: "31" }],
    ["room.opened", "rooms", { ...KITCHEN, id: "41" }],
    ["role.changed", "roles", { id: "12", name: "New", position: 1, permissions: [], hue: null }],
    ["emoji.changed", "emoji", { id: "61", name: "tea", moves: false }],
    ["account.created", "accounts", { ...BEN, id: "3" }],
  ] as const
) {
  Deno.test(`${name} puts the thing where the snapshot would have it`, () => {
    assert.deepEqual(after(here(), name, thing)[table].get(thing.id), thing);
  });
}

for (
  const [name, table, id] of [
    ["channel.deleted", "channels", "30"],
    ["room.closed", "rooms", "40"],
    ["role.deleted", "roles", "11"],
    ["emoji.removed", "emoji", "60"],
  ] as const
) {
  Deno.test(`${name} takes the thing away, and twice does no harm`, () => {
    const once = after(here(), name, { id });
    assert.equal(once[table].has(id), false);
    assert.deepEqual(after(once, name, { id }), once);
  });
}

Deno.test("a room that closes takes its people, chat, voices and state with it", () => {
  let world = after(here(), "participant.joined", SITS);
  world = after(world, "channel.created", { ...GENERAL, id: "40", room_id: "40" });
  world = after(world, "speaking.changed", { room_id: "40", account_ids: ["2"] });
  world = after(world, "room.state_changed", { room_id: "40", key: "score", state: [1, 0] });
  world = after(world, "room.closed", { id: "40" });
  assert.equal(world.participants.size + world.speaking.size + world.roomStates.size, 0);
  assert.equal(world.channels.has("40"), false);
});

Deno.test("a message posted makes its channel unread until it is read", () => {
  const posted = after(here(), "message.posted", { id: "99", channel_id: "30", author_id: "2" });
  assert.equal(isUnread(posted, posted.channels.get("30")!), true);
  const read = after(posted, "read.moved", { channel_id: "30", message_id: "99" });
  assert.equal(isUnread(read, read.channels.get("30")!), false);
});

Deno.test("what somebody blocked writes makes nothing unread, nor what others wrote before read", () => {
  const privacy = { ...SNAPSHOT.privacy, blocked: ["2"] };
  let world = after(here(), "privacy.changed", privacy);
  const says = (id: string, author_id: string) =>
    after(world, "message.posted", { id, channel_id: "30", author_id });
  const isNew = () => isUnread(world, world.channels.get("30")!);
  world = says("99", "2");
  assert.equal(isNew(), false);
  world = after(world, "access.changed", { snapshot: SNAPSHOT, live: LIVE, permissions: [] });
  world = { ...world, privacy };
  world = says("100", "2");
  assert.equal(world.reads.get("30"), "100");
  world = says("101", "3");
  assert.equal(isNew(), true);
  world = says("102", "2");
  assert.equal(isNew(), true);
});

Deno.test("reading never moves backwards", () => {
  const read = after(here(), "read.moved", { channel_id: "30", message_id: "100" });
  const late = after(read, "read.moved", { channel_id: "30", message_id: "99" });
  assert.equal(late.reads.get("30"), "100");
});

Deno.test("somebody who writes is shown for a while, and no more once the message is there", () => {
  const typing = after(here(), "typing.started", { channel_id: "30", account_ids: ["2"] }, 1_000);
  assert.deepEqual(writersIn(typing, "30", 2_000), ["2"]);
  assert.deepEqual(writersIn(typing, "30", 60_000), []);
  const posted = after(typing, "message.posted", { id: "9", channel_id: "30", author_id: "2" });
  assert.deepEqual(writersIn(posted, "30", 2_000), []);
});

Deno.test("my own writing is not shown to me", () => {
  const typing = after(here(), "typing.started", { channel_id: "30", account_ids: ["1"] }, 0);
  assert.deepEqual(writersIn(typing, "30", 0), []);
});

Deno.test("presence adds those who came and takes those who went", () => {
  const world = after(here(), "presence.changed", {
    here: ["3"],
    away: [],
    busy: [],
    gone: ["2"],
  });
  assert.deepEqual([...world.here].sort(), ["1", "3"]);
});

Deno.test("a late farewell from a room one has left for another does not end the new place", () => {
  let world = after(here(), "participant.joined", SITS);
  world = after(world, "participant.joined", { ...SITS, room_id: "41" });
  world = after(world, "participant.left", { room_id: "40", account_id: "2", reason: "moved" });
  assert.equal(world.participants.get("2")?.room_id, "41");
});

Deno.test("people sit in the order in which they came", () => {
  let world = after(here(), "participant.joined", SITS);
  world = after(world, "participant.joined", {
    ...SITS,
    account_id: "1",
    joined_at: "2025-12-31T00:00:00.000Z",
  });
  assert.deepEqual(peopleIn(world, "40").map((p) => p.account_id), ["1", "2"]);
});

Deno.test("of very many people the first are shown, and before them those who talk", () => {
  const people = Array.from({ length: SHOWN_MAX }, (_, n) => ({ ...SITS, account_id: `${n}` }));
  assert.equal(shownOf(people, ["7"]), people);
  const last = { ...SITS, account_id: "last" };
  const shown = shownOf([...people, last], ["last"]).map((p) => p.account_id);
  assert.equal(shown.length, SHOWN_MAX);
  assert.deepEqual(shown.slice(0, 2), ["last", "0"]);
});

Deno.test("a part of a room's state goes when it is set to nothing", () => {
  const scored = after(here(), "room.state_changed", { room_id: "40", key: "score", state: 1 });
  assert.equal(scored.roomStates.get("40/score"), 1);
  const reset = after(scored, "room.state_changed", { room_id: "40", key: "score", state: null });
  assert.equal(reset.roomStates.size, 0);
});

Deno.test("who is put in time out keeps the reason they were told", () => {
  const account = { ...SNAPSHOT.accounts[0], timed_out_until: "2030-01-01T00:00:00.000Z" };
  const world = after(here(), "account.suspended", {
    account,
    kind: "time_out",
    until: null,
    reason: "No adverts.",
  });
  assert.equal(world.timeOutReason, "No adverts.");
});

Deno.test("a plugin that stops makes its kinds of rooms rest", () => {
  const stopped = [{ name: "match", state: "suspended" }];
  const world = after(here(), "plugins.changed", { plugins: stopped });
  assert.equal(world.roomKinds[0]?.running, false);
});

Deno.test("a change of access replaces what is seen and what is held", () => {
  const world = after(here(), "access.changed", {
    snapshot: { ...SNAPSHOT, channels: [] },
    live: LIVE,
    permissions: ["room.join"],
  });
  assert.equal(world.channels.size, 0);
  assert.deepEqual([...world.permissions], ["room.join"]);
});

Deno.test("a place's exceptions overrule what one holds everywhere, the person's own last", () => {
  const world = here();
  const deny = { target: "role", target_id: "10", allow: [], deny: ["message.post"] } as const;
  const allow = { target: "account", target_id: "1", allow: ["message.post"], deny: [] } as const;
  assert.equal(mayAt(world, "message.post", []), true);
  assert.equal(mayAt(world, "message.post", [deny]), false);
  assert.equal(mayAt(world, "message.post", [allow, deny]), true);
});

Deno.test("the highest role is the one a person stands under, and everyone's is none", () => {
  const world = here();
  assert.equal(topRole(world, { ...BEN, role_ids: ["10", "11"] })?.name, "Hosts");
  assert.equal(topRole(world, { ...BEN, role_ids: ["10"] }), null);
});

Deno.test("with a role goes what everybody had of it", () => {
  const before = after(here(), "account.changed", { ...BEN, role_ids: ["10", "11"] });
  const gone = after(before, "role.deleted", { id: "11" });
  assert.deepEqual(gone.accounts.get(BEN.id)?.role_ids, ["10"]);
});
