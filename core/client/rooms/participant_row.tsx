/** Somebody in a room as a row of the side panel, with what can be done about them. */

import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { IconButton } from "../kit/button.tsx";
import { TalkingBars } from "../kit/doorway.tsx";
import { isShutOut } from "../loudness.ts";
import type { Participant, Room } from "../wire.ts";
import { Marks } from "./marks.tsx";
import { doingOf, VoiceMarks } from "./participant.tsx";

const PersonMenu = lazily(() => import("./person_menu.tsx"), "dialog");

export function ParticipantRow({ room, person, part }: {
  readonly room: Room;
  readonly person: Participant;
  /** What they are here, shown instead of what they do. */
  readonly part?: string | undefined;
}) {
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const account = useAccount(person.account_id);
  const privacy = store.privacy.value;
  const isTalking = !!store.speaking.value.get(room.id)?.includes(person.account_id) &&
    !isShutOut(person.account_id, privacy);
  return (
    <li class="mem">
      <Avatar account={account} talking={isTalking} size="md" />
      <div class="grow">
        <span class="n two-lines">
          <bdi>{account?.display_name}</bdi>
        </span>
        <span class="d trunc">
          {part}
          <span class={part ? "sr" : ""}>{part && ", "}{doingOf(person, isTalking, privacy)}</span>
        </span>
        <Marks room={room} person={person} />
      </div>
      {isTalking ? <TalkingBars /> : <VoiceMarks person={person} />}
      <IconButton
        small
        icon="more"
        opens="menu"
        label={t("person.more", { name: account?.display_name ?? "" })}
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && (
        <PersonMenu
          room={room}
          person={person}
          anchor={anchor}
          onClose={() => open(null)}
        />
      )}
    </li>
  );
}
