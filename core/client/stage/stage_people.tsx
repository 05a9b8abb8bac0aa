/** Who is at a stage: up on it, in line, and listening. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { More } from "../rooms/participant.tsx";
import { ParticipantRow } from "../rooms/participant_row.tsx";
import { shownOf } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { inLine, inOrder, partOf, type StageState } from "./stage.ts";

await loadWords("stage");

export default function StagePeople({ room, stage, people }: {
  readonly room: Room;
  readonly stage: StageState;
  readonly people: readonly Participant[];
}) {
  const talking = useApp().store.speaking.value.get(room.id) ?? [];
  const up = inOrder(stage, people);
  const line = inLine(stage, people).filter((each) => !up.includes(each));
  const listening = people.filter((each) => !up.includes(each) && !line.includes(each));
  const groups = [
    { title: t("stage.up_here", { n: up.length }), people: up },
    { title: t("stage.line", { n: line.length }), people: line },
    { title: t("stage.listening", { n: listening.length }), people: listening },
  ];
  return (
    <>
      {groups.filter((group) => group.people.length > 0).map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <ul>
            {shownOf(group.people, talking).map((person) => (
              <ParticipantRow
                key={person.account_id}
                room={room}
                person={person}
                part={partWords(stage, person.account_id)}
              />
            ))}
            <More people={group.people} />
          </ul>
        </section>
      ))}
    </>
  );
}

function partWords(stage: StageState, accountId: string): string | undefined {
  const part = partOf(stage, accountId);
  return part === "host" || part === "cohost" ? t(`stage.${part}`) : undefined;
}
