/** The shows that there are, and a new one. */

import {
  Button,
  Dialog,
  DialogFoot,
  Link,
  Note,
  Skeleton,
  SwitchRow,
  TextField,
} from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { sentence, useRecording } from "../shared/context.ts";
import { STUDIO } from "../shared/wire.ts";
import { useProgrammes } from "./programmes.ts";
import type { ShowCard } from "./wire.ts";

const SLUG_MAX = 40;
const TITLE_MAX = 200;

export function ShowsView() {
  const { t } = useRecording();
  const programmes = useProgrammes();
  const [isMaking, setMaking] = useState(false);
  useEffect(() => void programmes.load(), [programmes]);
  const shows = programmes.shows.value;
  if (programmes.problem.value) {
    return <Note tone="warn" icon="warn">{programmes.problem.value}</Note>;
  }
  if (!shows) return <Skeleton label={t("loading")} />;
  return (
    <>
      <ul class="recording-shows" aria-label={t("shows")}>
        {shows.map((show) => <Card key={show.id} show={show} />)}
      </ul>
      <p>
        <Button icon="plus" onPress={() => setMaking(true)}>{t("show.new")}</Button>
      </p>
      {isMaking && <NewShow onClose={() => setMaking(false)} />}
    </>
  );
}

function Card({ show }: { readonly show: ShowCard }) {
  const { t } = useRecording();
  return (
    <li>
      <Link to={`${STUDIO}/show/${show.id}`} class="recording-show-card">
        <img class="recording-cover" src={show.cover_url} alt="" width={56} height={56} />
        <span class="grow">
          <b class="trunc">
            <bdi>{show.name}</bdi>
          </b>
          <span class="detail trunc">{show.in_file ? t("show.of_file") : show.description}</span>
        </span>
      </Link>
    </li>
  );
}

function NewShow({ onClose }: { readonly onClose: () => void }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [title, setTitle] = useState("");
  const [slug, setSlug] = useState("");
  const [members, setMembers] = useState(false);
  const [problem, setProblem] = useState<string>();
  const place = slug || slugOf(title);
  const make = async (event: Event) => {
    event.preventDefault();
    try {
      const { show } = await salon.command("recording.show_make", { title, slug: place, members });
      onClose();
      salon.navigate(`${STUDIO}/show/${(show as ShowCard).id}/about`);
    } catch (error) {
      setProblem(sentence(error));
    }
  };
  return (
    <Dialog title={t("show.new")} onClose={onClose}>
      <form class="recording-form" noValidate onSubmit={(event) => void make(event)}>
        <TextField label={t("title")} value={title} max={TITLE_MAX} required onInput={setTitle} />
        <TextField
          label={t("show.slug")}
          hint={t("show.slug_hint")}
          value={place}
          max={SLUG_MAX}
          required
          error={problem}
          onInput={setSlug}
        />
        <ul class="rows">
          <SwitchRow
            label={t("show.members")}
            hint={t("show.members_hint")}
            on={members}
            onChange={setMembers}
          />
        </ul>
        <DialogFoot>
          <Button type="submit" tone="primary">{t("show.make")}</Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** A title as it may stand in an address. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== "");
  return words.join("-").slice(0, SLUG_MAX).replace(/-$/, "");
}
