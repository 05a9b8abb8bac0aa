/** The matches there are, and a form for another one. */

import {
  BackToRooms,
  Button,
  clock as timeOfDay,
  date,
  Doorway,
  Empty,
  Icon,
  Link,
  List,
  ListRow,
  PanelHead,
  type Room,
  TextField,
} from "@salon/client";
import { useState } from "preact/hooks";
import { keepAddress } from "../room/keep_link.tsx";
import { KEEP_SCORE, KIND, sentence, useSports } from "../shared/context.ts";

const NAME_MAX = 40;

export function MatchesPage() {
  const { salon, t } = useSports();
  const rooms = [...salon.store.rooms.value.values()].filter((room) => room.kind === KIND);
  return (
    <>
      <PanelHead big title={t("matches")} start={<BackToRooms />} />
      <div class="scroll">
        <div class="leaf sports-leaf">
          {rooms.length === 0
            ? <Empty icon="ball" title={t("no_matches")} text={t("no_matches_text")} />
            : (
              <List label={t("matches")}>
                {rooms.map((room) => <MatchRow key={room.id} room={room} />)}
              </List>
            )}
          {salon.may(KEEP_SCORE) && <NewMatch />}
        </div>
      </div>
    </>
  );
}

function MatchRow({ room }: { readonly room: Room }) {
  const { salon, t, matches } = useSports();
  const match = matches.state(room.id);
  const starts = match?.starts_at;
  const score = match && match.phase !== "before" ? match.score.join(" – ") : null;
  const when = starts ? `${date(starts)}, ${timeOfDay(starts)}` : t("not_begun");
  return (
    <ListRow
      start={<Doorway icon="ball" lit={match?.clock.running ?? false} size="s" />}
      title={match ? t("versus", { home: match.home, away: match.away }) : room.name}
      detail={score ?? when}
      end={
        <>
          {salon.may(KEEP_SCORE) && (
            <Link to={keepAddress(room)} class="ib" label={`${t("keep")}: ${room.name}`}>
              <Icon name="whistle" />
            </Link>
          )}
          <Link to={`/r/${room.slug}`} class="ib" label={`${t("to_room")}: ${room.name}`}>
            <Icon name="right" />
          </Link>
        </>
      }
    />
  );
}

function NewMatch() {
  const { salon, t } = useSports();
  const [home, nameHome] = useState("");
  const [away, nameAway] = useState("");
  const [starts, setStarts] = useState("");
  const [isBusy, setBusy] = useState(false);
  const create = async () => {
    if (!home.trim() || !away.trim() || isBusy) return;
    setBusy(true);
    try {
      const when = starts ? { starts_at: new Date(starts).toISOString() } : {};
      const made = await salon.command("sports_rooms.create", { home, away, ...when });
      salon.navigate(`/r/${made["slug"]}`);
    } catch (error) {
      salon.toast({ text: sentence(error), tone: "bad" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="sports-new">
      <h2 class="display">{t("new_match")}</h2>
      <p class="sm muted">{t("new_text")}</p>
      <form
        class="sports-form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <div class="grid2">
          <TextField label={t("home")} value={home} max={NAME_MAX} required onInput={nameHome} />
          <TextField label={t("away")} value={away} max={NAME_MAX} required onInput={nameAway} />
        </div>
        <TextField
          label={t("starts_at")}
          hint={t("starts_hint")}
          type="datetime-local"
          value={starts}
          onInput={setStarts}
        />
        <div class="row">
          <Button tone="primary" type="submit" busy={isBusy}>{t("open")}</Button>
        </div>
      </form>
    </section>
  );
}
