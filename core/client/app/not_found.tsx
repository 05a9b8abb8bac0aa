/** What stands where no place is. */

import "./first.ts";
import { clock } from "../format.ts";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Empty } from "../kit/place.tsx";
import LinkDoor, { linkKeyOf } from "../rooms/link_door.tsx";
import { type Room, STAGE } from "../wire.ts";
import { useApp } from "./app.ts";
import { BackToRooms } from "./frame.tsx";

/** No such place, or not for this person: the two look alike on purpose. */
export default function NotFound() {
  const app = useApp();
  const route = app.router.route.value;
  const link = linkKeyOf(app.router.path.value);
  if (link) return <LinkDoor link={link} />;
  const ended = app.store.world.value.ended;
  if (route.view === "room" && ended?.room.slug === route.slug) return <Ended {...ended} />;
  return <Nothing title={t("lost.title")} text={t("lost.text")} home={t("lost.home")} />;
}

/** It was there while I looked on: no riddle, but an end. */
function Ended({ room, at }: { readonly room: Room; readonly at: string }) {
  const title = t(room.kind === STAGE ? "ended.stage" : "ended.room");
  const text = t("ended.text", { name: room.name, time: clock(at) });
  return <Nothing title={title} text={text} home={t("ended.home")} />;
}

function Nothing({ title, text, home }: {
  readonly title: string;
  readonly text: string;
  readonly home: string;
}) {
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={title}>
      <header class="head only-phone">
        <BackToRooms />
      </header>
      <Empty isPage picture={<Doorway icon="lock" size="xl" />} title={title} text={text}>
        <Link to="/" class="btn primary">{home}</Link>
      </Empty>
    </main>
  );
}
