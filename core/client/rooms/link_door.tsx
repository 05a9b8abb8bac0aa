/** Who follows the link of a room is let in by the server and goes there. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Empty } from "../kit/place.tsx";
import { CommandError } from "../socket.ts";
import type { Room } from "../wire.ts";

await loadWords("topics");

const LINK = /^\/j\/([\w-]{1,64})$/;

export function linkKeyOf(path: string): string | null {
  return LINK.exec(path.split("?")[0] ?? "")?.[1] ?? null;
}

export default function LinkDoor({ link }: { readonly link: string }) {
  const app = useApp();
  const [refusal, refuse] = useState("");
  const isOpen = app.socket.phase.value === "open";
  useEffect(() => {
    if (!isOpen) return;
    app.command("room.follow_link", { key: link }).then(
      ({ room }) => app.router.navigate(`/r/${(room as Room).slug}`, "replace"),
      (error) => {
        if (!(error instanceof CommandError)) throw error;
        if (error.code !== "lost") refuse(error.message);
      },
    );
  }, [isOpen, link]);
  const title = t(refusal ? "lost.title" : "door.link");
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={title}>
      <Empty
        isPage
        picture={<Doorway icon={refusal ? "lock" : "door"} size="xl" />}
        title={title}
        text={refusal}
      >
        {refusal && <Link to="/" class="btn primary">{t("lost.home")}</Link>}
      </Empty>
    </main>
  );
}
