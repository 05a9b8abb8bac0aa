import assert from "node:assert/strict";
import { POLL_MS, STALL_MS } from "./line_watch.ts";
import { CommandError } from "./socket.ts";
import { PLACE_KEPT_MS } from "./voice.ts";
import { House, ME, PLACE, settled } from "./voice_house.ts";
import type { EventFrame, Hello } from "./wire.ts";

function welcome(voiceSessionId: string | null = "7"): Hello {
  return { session_id: "7", live: { voice_session_id: voiceSessionId } } as Hello;
}

function inHouse(name: string, work: (house: House) => Promise<void>): void {
  Deno.test(name, () => work(new House()));
}

inHouse("joining answers the offer and is in, muted, sending nothing", async (house) => {
  await house.voice.join("40");
  assert.deepEqual(house.types(), ["room.join", "voice.answer"]);
  assert.deepEqual(house.last("voice.answer"), {
    type: "voice.answer",
    room: "40",
    peer: "p",
    sdp: "answer",
  });
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.voice.muted.value, true);
  assert.equal(house.connections[0]?.mic.direction, "sendonly");
  assert.deepEqual(house.connections[0]?.sent.filter(Boolean), []);
});

inHouse("a refused door stays closed and says why", async (house) => {
  house.refusal = new CommandError({ code: "conflict", message: "All 12 seats are taken." });
  await house.voice.join("40");
  assert.equal(house.voice.phase.value, "stuck");
  assert.equal(house.voice.refusal.value?.message, "All 12 seats are taken.");
  assert.equal(house.connections.length, 0);
});

const FULL = new CommandError({ code: "conflict", message: "All 12 seats are taken." });

/** In room 40 with an open microphone, which the server knows. */
async function talking(house: House): Promise<void> {
  await house.voice.join("40");
  await house.voice.setMuted(false);
  house.store.apply(
    { event: "participant.changed", data: { ...PLACE, muted: false } } as EventFrame,
    0,
  );
  await settled();
}

inHouse("who is refused elsewhere stays where they are, and is heard as before", async (house) => {
  await talking(house);
  house.refusal = FULL;
  const asking = house.voice.join("41");
  assert.equal(house.voice.phase.value, "opening");
  assert.equal(house.connections[0]?.sent.at(-1), null);
  await asking;
  await settled();
  assert.deepEqual([house.voice.roomId.value, house.voice.phase.value], ["40", "in"]);
  assert.equal(house.voice.refusal.value?.message, FULL.message);
  assert.equal(house.voice.muted.value, false);
  assert.deepEqual(house.connections.map((each) => each.connectionState), ["connected"]);
  assert.equal(house.connections[0]?.sent.at(-1), house.mic);
  house.refusal = null;
  await house.pass(STALL_MS + POLL_MS); // the line is watched again
  assert.equal(house.last("room.join")?.["room"], "40");
});

inHouse("whom a host lets speak again is muted, and open when it is undone", async (house) => {
  for (const muted of [true, false]) {
    await talking(house);
    for (const silenced of [true, false]) {
      const data = { ...PLACE, silenced, muted: silenced || muted };
      house.store.apply({ event: "participant.changed", data } as EventFrame, 0);
      house.voice.hear({ event: "participant.changed", data } as EventFrame);
    }
    assert.equal(house.voice.muted.value, muted);
  }
});

inHouse("who is let in elsewhere has left where they were", async (house) => {
  await talking(house);
  await house.voice.join("41");
  assert.deepEqual([house.voice.roomId.value, house.voice.phase.value], ["41", "in"]);
  assert.deepEqual(house.connections.map((each) => each.connectionState), ["closed", "connected"]);
});

inHouse("who was sent out meanwhile is nowhere when they are refused", async (house) => {
  await talking(house);
  house.refusal = FULL;
  const asking = house.voice.join("41");
  house.store.apply({ event: "participant.left", data: { room_id: "40", account_id: ME } }, 0);
  await asking;
  assert.deepEqual([house.voice.roomId.value, house.voice.phase.value], ["41", "stuck"]);
  assert.equal(house.connections[0]?.connectionState, "closed");
});

inHouse("who leaves while another door opens is in neither room", async (house) => {
  await talking(house);
  const asking = house.voice.join("41");
  house.voice.leave();
  await asking;
  const left = house.asked.filter(({ type }) => type === "room.leave").map(({ room }) => room);
  assert.deepEqual([...new Set(left)].sort(), ["40", "41"]);
  assert.equal(house.connections.every((each) => each.connectionState === "closed"), true);
  assert.equal(house.voice.phase.value, "out");
});

inHouse("a line that stands at the door is gone in with", async (house) => {
  house.voice.prepare("40");
  await settled();
  assert.deepEqual(house.types(), ["voice.prepare", "voice.answer"]);
  house.voice.prepare("40");
  await house.voice.join("40");
  assert.deepEqual(house.types(), ["voice.prepare", "voice.answer", "room.join"]);
  assert.equal(house.last("room.join")?.["peer"], "p");
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.connections.length, 1);
  await house.voice.setMuted(false);
  await settled();
  assert.equal(house.connections[0]?.sent.at(-1), house.mic);
});

inHouse("a press while the line is being made waits for it", async (house) => {
  house.voice.prepare("40");
  await house.voice.join("40");
  assert.deepEqual(house.types(), ["voice.prepare", "voice.answer", "room.join"]);
  assert.equal(house.connections.length, 1);
});

inHouse("a line that the server has ended is replaced by the usual way in", async (house) => {
  house.voice.prepare("40");
  await settled();
  house.linesStand = false;
  await house.voice.join("40");
  assert.equal(house.voice.phase.value, "in");
  assert.deepEqual(house.connections.map((each) => each.connectionState), ["closed", "connected"]);
});

inHouse("a line that has stood for long, or to another door, is not used", async (house) => {
  house.voice.prepare("40");
  await settled();
  await house.voice.join("41");
  assert.equal(house.last("room.join")?.["peer"], undefined);
  house.voice.leave();
  house.voice.prepare("40");
  house.nowMs += 26_000;
  await house.voice.join("40");
  assert.equal(house.last("room.join")?.["peer"], undefined);
  assert.deepEqual(
    house.connections.map((each) => each.connectionState),
    ["closed", "closed", "closed", "connected"],
  );
});

inHouse("who only looked at a door leaves no connection behind", async (house) => {
  house.voice.prepare("40");
  house.voice.unprepare();
  await settled();
  assert.equal(house.connections[0]?.connectionState, "closed");
  await house.voice.join("40");
  house.voice.prepare("41");
  assert.equal(house.types().filter((type) => type === "voice.prepare").length, 1);
});

inHouse("a refused line is nobody's trouble", async (house) => {
  house.refusal = new CommandError({ code: "unavailable", message: "Many people." });
  house.voice.prepare("40");
  await settled();
  house.refusal = null;
  await house.voice.join("40");
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.voice.refusal.value, null);
});

inHouse("a room for music is heard in stereo, and so is the microphone", async (house) => {
  house.offer = "a=fmtp:111 minptime=10;stereo=1;sprop-stereo=1\r\n";
  house.becomes("music");
  await house.voice.join("40");
  assert.deepEqual(house.sounds, ["music"]);
  assert.match(
    house.connections[0]?.answered ?? "",
    /\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n/,
  );
});

inHouse("a room for speech is answered as the browser does", async (house) => {
  house.becomes("speech");
  await house.voice.join("40");
  assert.doesNotMatch(house.connections[0]?.answered ?? "", /stereo/);
});

inHouse("who is in when a room turns to music comes again", async (house) => {
  house.becomes("speech");
  await house.voice.join("40");
  house.becomes("music");
  await settled();
  assert.equal(house.types().filter((type) => type === "room.join").length, 2);
  assert.deepEqual(house.sounds, ["speech", "music"]);
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.connections[0]?.connectionState, "closed");
});

inHouse(
  "unmuting sends the microphone and tells the server, muting takes it away",
  async (house) => {
    await house.voice.join("40");
    await house.voice.setMuted(false);
    await settled();
    assert.equal(house.connections[0]?.sent.at(-1), house.mic);
    assert.equal(house.last("voice.set")?.["muted"], false);
    await house.voice.setMuted(true);
    assert.equal(house.connections[0]?.sent.at(-1), null);
    assert.equal(house.last("voice.set")?.["muted"], true);
  },
);

inHouse("a refused unmute is taken back", async (house) => {
  await house.voice.join("40");
  house.refusal = new CommandError({ code: "denied", message: "Listeners only." });
  await house.voice.setMuted(false);
  assert.equal(house.voice.muted.value, true);
});

inHouse("deafening mutes too, and hearing again brings back what was", async (house) => {
  await house.voice.join("40");
  await house.voice.setMuted(false);
  await house.voice.setDeafened(true);
  assert.equal(house.voice.muted.value, true);
  await house.voice.setDeafened(false);
  assert.equal(house.voice.muted.value, false);
});

inHouse("a path that falls silent is left for a new one, with the same choices", async (house) => {
  await house.voice.join("40");
  await house.voice.setMuted(false);
  const told = house.asked.length;
  await house.pass(STALL_MS + POLL_MS);
  assert.equal(house.renewals, 1);
  assert.deepEqual(house.connections.map((each) => each.connectionState), ["closed", "connected"]);
  assert.equal(house.voice.phase.value, "in");
  const after = house.asked.slice(told).map((command) => command.type);
  assert.deepEqual(after, ["room.join", "voice.answer", "voice.set"]);
  assert.equal(house.last("voice.set")?.["muted"], false);
});

inHouse("a path on which packets arrive is kept", async (house) => {
  await house.voice.join("40");
  for (let second = 0; second < 5; second++) {
    house.connections[0]!.packets += 1;
    await house.pass(1_000);
  }
  assert.equal(house.connections.length, 1);
});

inHouse("the way back waits for the socket", async (house) => {
  await house.voice.join("40");
  house.socketPhase.value = "lost";
  await house.pass(STALL_MS + POLL_MS);
  assert.equal(house.voice.phase.value, "reconnecting");
  assert.equal(house.connections.length, 1);
  house.socketPhase.value = "open";
  await settled();
  assert.equal(house.voice.phase.value, "in");
  house.voice.leave();
});

inHouse("two devices do not take one place from each other for ever", async (house) => {
  await house.voice.join("40");
  for (let time = 0; time < 6; time++) await house.pass(STALL_MS + POLL_MS);
  assert.equal(house.voice.phase.value, "stuck");
  assert.equal(house.connections.length, 4);
});

inHouse("a place the server no longer knows after a restart is taken again", async (house) => {
  await house.voice.join("40");
  house.store.apply({ event: "participant.left", data: { room_id: "40", account_id: ME } }, 0);
  house.voice.hello(welcome());
  await settled();
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.connections.length, 2);
});

inHouse("a place that is still there after a new hello is kept as it is", async (house) => {
  await house.voice.join("40");
  house.voice.hello(welcome());
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.connections.length, 1);
});

inHouse("who was sent to another room while the line was away goes there, muted", async (house) => {
  await talking(house);
  const data = { ...PLACE, room_id: "41", connected: false };
  house.store.apply({ event: "participant.joined", data } as EventFrame, 0);
  house.voice.hello(welcome());
  await settled();
  assert.equal(house.last("room.join")?.["room"], "41");
  assert.deepEqual([house.voice.roomId.value, house.voice.phase.value], ["41", "in"]);
  assert.equal(house.last("voice.set")?.["muted"], true);
});

const MOVING = { room_id: "40", peer: "p", offer: "elsewhere" };

inHouse("a server that goes elsewhere is followed on the same connection", async (house) => {
  await house.voice.join("40");
  const told = house.asked.length;
  house.voice.hear({ event: "voice.moving", data: MOVING });
  await settled();
  assert.deepEqual(house.connections.map((each) => each.offers), [["o", "elsewhere"]]);
  assert.deepEqual(house.types().slice(told), ["voice.answer"]);
  assert.equal(house.voice.phase.value, "in");
});

inHouse("a line at a door follows too, and going in with it is one word still", async (house) => {
  house.voice.prepare("40");
  await settled();
  house.voice.hear({ event: "voice.moving", data: MOVING });
  await settled();
  await house.voice.join("40");
  assert.deepEqual(house.connections.map((each) => each.offers), [["o", "elsewhere"]]);
  assert.equal(house.voice.phase.value, "in");
});

inHouse("a connection that was left, or is another's, does not follow", async (house) => {
  await house.voice.join("40");
  house.voice.hear({ event: "voice.moving", data: { ...MOVING, peer: "another" } });
  house.voice.leave();
  house.voice.hear({ event: "voice.moving", data: MOVING });
  await settled();
  assert.deepEqual(house.connections.map((each) => each.offers), [["o"]]);
});

inHouse("a move that is refused ends nothing by itself", async (house) => {
  await house.voice.join("40");
  house.refusal = new CommandError({ code: "not_found", message: "It has ended." });
  house.voice.hear({ event: "voice.moving", data: MOVING });
  await settled();
  assert.equal(house.voice.phase.value, "in");
  assert.equal(house.voice.refusal.value, null);
});

inHouse("whoever is asked to leave is out and is told", async (house) => {
  await house.voice.join("40");
  const data = { room_id: "40", account_id: ME, reason: "removed" };
  house.voice.hear({ event: "participant.left", data });
  assert.equal(house.voice.phase.value, "out");
  assert.deepEqual(house.ended, ["removed"]);
});

inHouse("another tab takes the place without the server hearing of a farewell", async (house) => {
  await house.voice.join("40");
  house.voice.yield();
  assert.equal(house.voice.phase.value, "out");
  assert.equal(house.types().includes("room.leave"), false);
});

inHouse("another device takes the place, and this one does not take it back", async (house) => {
  house.voice.hello(welcome(null));
  await house.voice.join("40");
  house.voice.hear({ event: "voice.moved", data: { room_id: "40", session_id: "8" } });
  assert.equal(house.voice.phase.value, "out");
  assert.equal(house.types().includes("room.leave"), false);
});

inHouse("a place taken over while the line was gone stays with the other device", async (house) => {
  await house.voice.join("40");
  house.voice.hello(welcome("8"));
  await settled();
  assert.equal(house.voice.phase.value, "out");
  assert.equal(house.connections.length, 1);
});

inHouse("the device that takes the place hears of it and stays in", async (house) => {
  house.voice.hello(welcome("8"));
  await house.voice.join("40");
  house.voice.hear({ event: "voice.moved", data: { room_id: "40", session_id: "7" } });
  assert.equal(house.voice.phase.value, "in");
});

inHouse("leaving closes the connection and tells the server which room", async (house) => {
  await house.voice.join("40");
  house.voice.leave();
  assert.equal(house.connections[0]?.connectionState, "closed");
  assert.deepEqual(house.last("room.leave"), { type: "room.leave", room: "40" });
});

inHouse("where everybody pushes to talk, one is sent only while one holds", async (house) => {
  house.becomes("speech", true);
  await house.voice.join("40");
  await house.voice.setMuted(false);
  await settled();
  assert.equal(house.voice.pushes.value, true);
  assert.equal(house.connections[0]?.sent.at(-1), null);
  await house.voice.setMuted(true);
  house.voice.hold(true); // unmutes, too
  await settled();
  assert.equal(house.connections[0]?.sent.at(-1), house.mic);
});

inHouse("who slept longer than a place is kept is muted and has a new line", async (house) => {
  await house.voice.join("40");
  await house.voice.setMuted(false);
  house.voice.woke(PLACE_KEPT_MS - 1);
  assert.equal(house.voice.muted.value, false);
  house.voice.woke(PLACE_KEPT_MS);
  assert.equal(house.voice.muted.value, true);
  assert.equal(house.renewals, 2);
});

for (const why of [{ code: "unavailable" }, { code: "not_found", reason: "connection_gone" }]) {
  inHouse(`a page that could not come back (${why.code}) tries it when it wakes`, async (house) => {
    house.refusal = new CommandError({ ...why, message: "Not now." });
    await house.voice.join("40");
    assert.equal(house.voice.phase.value, "stuck");
    house.refusal = null;
    house.voice.woke(PLACE_KEPT_MS);
    await settled();
    assert.equal(house.voice.phase.value, "in");
  });
}

inHouse("a door that was refused stays closed to who wakes", async (house) => {
  house.refusal = new CommandError({ code: "conflict", message: "All 12 seats are taken." });
  await house.voice.join("40");
  house.refusal = null;
  house.voice.woke(PLACE_KEPT_MS);
  await settled();
  assert.equal(house.voice.phase.value, "stuck");
});
