/** The stage of a debate: who has the floor and for how long, and who waits for it. No build needed. */

import { Avatar, Button, List, useAccount } from "@salon/client";
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";

const KIND = "debate.debate";
const TURN_S = 120;
const WORDS = {
  en: {
    floor: "The floor",
    free: "The floor is free.",
    speaks: "{name} has the floor",
    left: "Time left",
    waiting: "Waiting for the floor",
    nobody: "Nobody waits.",
    ask: "Ask for the floor",
    waive: "Wait no longer",
    give: "Give {name} the floor",
    end: "End this turn",
    "error.no_floor": "Ask for the floor first.",
    "error.not_here": "This person is not in the room.",
    "may.chair": "Chair debates",
  },
  fr: {
    floor: "La parole",
    free: "La parole est libre.",
    speaks: "{name} a la parole",
    left: "Temps restant",
    waiting: "Demandent la parole",
    nobody: "Personne n’attend.",
    ask: "Demander la parole",
    waive: "Ne plus attendre",
    give: "Donner la parole à {name}",
    end: "Finir ce tour",
    "error.no_floor": "Demande d’abord la parole.",
    "error.not_here": "Cette personne n’est pas dans le salon.",
    "may.chair": "Présider des débats",
  },
};

export default function activate(salon) {
  const t = salon.strings(WORDS);

  function Clock({ endsAt }) {
    const [now, tick] = useState(salon.serverNow());
    useEffect(() => {
      const timer = setInterval(() => tick(salon.serverNow()), 250);
      return () => clearInterval(timer);
    }, []);
    const left = Math.max(0, Math.ceil((Date.parse(endsAt) - now) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    return h("b", { class: "debate-clock display", role: "timer", "aria-label": t("left") }, text);
  }

  function Floor({ debate }) {
    const speaker = useAccount(debate.speaker_id ?? undefined);
    if (!debate.speaker_id) return h("p", null, t("free"));
    return h("div", { class: "debate-floor" }, [
      h(Avatar, { account: speaker, size: "xl", talking: true }),
      h("p", { role: "status" }, t("speaks", { name: speaker?.display_name ?? "" })),
      h(Clock, { endsAt: debate.ends_at }),
    ]);
  }

  function Waiting({ room, id, chairs }) {
    const name = useAccount(id)?.display_name ?? "";
    const give = () => send("debate.give", { room: room.id, account: id, seconds: TURN_S });
    return h("li", null, [
      h("bdi", { class: "grow" }, name),
      chairs && h(Button, { size: "s", onPress: give }, t("give", { name })),
    ]);
  }

  function Stage({ room, people }) {
    const debate = salon.state(room.id, "debate").value;
    if (!debate) return null;
    const me = salon.me.value?.id;
    const isInside = people.some((person) => person.account_id === me);
    const chairs = salon.may("debate.chair");
    const isWaiting = debate.waiting_ids.includes(me);
    const speaks = debate.speaker_id === me;
    return h("section", { class: "debate-stage", "aria-label": t("floor") }, [
      h(Floor, { debate }),
      (speaks || chairs) && debate.speaker_id &&
        h(Button, { onPress: () => send("debate.end_turn", { room: room.id }) }, t("end")),
      isInside && !speaks &&
        h(
          Button,
          { onPress: () => send("debate.ask", { room: room.id }) },
          t(isWaiting ? "waive" : "ask"),
        ),
      h("h2", { class: "xs" }, t("waiting")),
      debate.waiting_ids.length === 0 && h("p", { class: "xs" }, t("nobody")),
      h(
        List,
        { label: t("waiting") },
        debate.waiting_ids.map((id) => h(Waiting, { key: id, room, id, chairs })),
      ),
    ]);
  }

  function send(command, fields) {
    salon.command(command, fields).catch((error) => salon.toast({ text: error.message, tone: "bad" }));
  }

  salon.roomKind(KIND, { icon: "users", Stage });
}
