/** What an episode is put together from: parts that were kept, and pieces that were brought. */

import { Button, Icon, IconButton, type IconName } from "@salon/client";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { attempt, nameOf, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { Episode, Mark, Take } from "../shared/wire.ts";
import { fieldsOf, handIn, Refused } from "./programmes.ts";
import type { Piece, ShowCard } from "./wire.ts";

const KEPT_SHOWN = 20;

export function Shelf({ show, draft, pieces, onChange }: {
  readonly show: ShowCard;
  readonly draft: Episode | undefined;
  readonly pieces: readonly Piece[];
  readonly onChange: () => void;
}) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const [heard, setHeard] = useState<string | null>(null);
  const kept = (library.takes.value ?? []).filter((take) => !take.pruned).flatMap(keptOf)
    .slice(0, KEPT_SHOWN);
  const told = () => salon.toast({ text: t("shelf.put_in", { show: show.name }), tone: "good" });
  const place = async ({ take, mark }: Kept) => {
    const segment = {
      take: take.id,
      start_s: mark.at_s,
      end_s: mark.end_s,
      title: mark.title,
      chapters: [{ at_s: mark.at_s, title: mark.title }],
    };
    const isDone = await attempt(recording, "recording.place", { show: show.id, segment });
    if (isDone) told();
    await library.loadEpisodes();
  };
  const putPiece = async (piece: Piece) => {
    if (!draft) return;
    const segment = { piece: piece.id, slot: "", start_s: 0, end_s: piece.duration_s };
    const isDone = await attempt(recording, "recording.arrange", {
      episode: draft.id,
      revision: draft.revision,
      title: draft.title,
      notes: draft.notes,
      segments: [...draft.segments.map(fieldsOf), segment],
    });
    if (isDone) told();
    await library.loadEpisodes();
  };
  const remove = async (piece: Piece) => {
    if (await attempt(recording, "recording.piece_remove", { piece: piece.id })) onChange();
  };
  return (
    <aside class="recording-shelf" aria-label={t("shelf.title")}>
      <h2 class="display">{t("shelf.title")}</h2>
      <h3 class="sm semi">{t("shelf.kept")}</h3>
      {kept.length === 0 && <p class="sm muted">{t("shelf.kept_none")}</p>}
      <ul>
        {kept.map(({ take, mark }) => (
          <li key={`${take.id} ${mark.at_s}`} class="recording-shelved talk">
            <span class="recording-sign">
              <Icon name="wave" />
            </span>
            <span class="grow">
              <b class="trunc">
                <bdi>{mark.title}</bdi>
              </b>
              <span class="detail trunc">
                <bdi>{take.room_name}</bdi>, {stamp((mark.end_s ?? mark.at_s) - mark.at_s)}
              </span>
            </span>
            <IconButton
              small
              icon="plus"
              label={t("shelf.put", { title: mark.title })}
              onPress={() =>
                void place({ take, mark })}
            />
          </li>
        ))}
      </ul>
      <h3 class="sm semi">{t("shelf.pieces")}</h3>
      {pieces.length === 0 && <p class="sm muted">{t("shelf.pieces_none")}</p>}
      <ul>
        {pieces.map((piece) => (
          <li key={piece.id} class="recording-shelved">
            <IconButton
              small
              icon={heard === piece.id ? "pause" : "play"}
              label={t(heard === piece.id ? "shelf.stop" : "shelf.hear", { title: piece.title })}
              onPress={() => setHeard(heard === piece.id ? null : piece.id)}
            />
            <span class="grow">
              <b class="trunc">
                <bdi>{piece.title}</bdi>
              </b>
              <span class="detail trunc">
                {stamp(piece.duration_s)}, {nameOf(recording, piece.brought_by)}
              </span>
            </span>
            {draft && (
              <IconButton
                small
                icon="plus"
                label={t("shelf.put", { title: piece.title })}
                onPress={() => void putPiece(piece)}
              />
            )}
            <IconButton
              small
              icon="trash"
              label={t("shelf.remove", { title: piece.title })}
              onPress={() => void remove(piece)}
            />
          </li>
        ))}
      </ul>
      <Heard piece={heard} onEnd={() => setHeard(null)} />
      <Bring onChange={onChange} />
    </aside>
  );
}

interface Kept {
  readonly take: Take;
  readonly mark: Mark;
}

function keptOf(take: Take): readonly Kept[] {
  return take.marks.filter(({ end_s }) => end_s !== null).map((mark) => ({ take, mark }));
}

function Heard({ piece, onEnd }: { readonly piece: string | null; readonly onEnd: () => void }) {
  const sound = useRef<HTMLAudioElement>(null);
  useEffect(() => void (piece && sound.current?.play().catch(onEnd)), [piece]);
  if (!piece) return null;
  return <audio ref={sound} src={`/p/recording/pieces/${piece}.opus`} onEnded={onEnd} />;
}

function Bring({ onChange }: { readonly onChange: () => void }) {
  const { salon, t } = useRecording();
  return (
    <FileButton
      icon="clip"
      accept="audio/*,video/*"
      to={({ name }) => {
        const title = name.replace(/\.[^.]*$/, "") || name;
        return `/p/recording/pieces?${new URLSearchParams({ title })}`;
      }}
      onDone={() => {
        salon.toast({ text: t("shelf.brought"), tone: "good" });
        onChange();
      }}
    >
      {t("shelf.bring")}
    </FileButton>
  );
}

/** A button that hands in a file, and says why one is not taken. */
export function FileButton({ icon, accept, to, onDone, children }: {
  readonly icon: IconName;
  readonly accept: string;
  /** Where a file is sent. */
  readonly to: (file: File) => string;
  readonly onDone: () => void;
  readonly children: ComponentChildren;
}) {
  const { salon, t } = useRecording();
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const bring = async (file: File) => {
    setBusy(true);
    try {
      await handIn(to(file), file);
      onDone();
    } catch (error) {
      salon.toast({ text: whyOf(error, t), tone: "bad" });
    }
    setBusy(false);
  };
  return (
    <>
      <input
        ref={input}
        class="recording-file"
        type="file"
        accept={accept}
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) void bring(file);
          currentTarget.value = "";
        }}
      />
      <Button icon={icon} busy={isBusy} onPress={() => input.current?.click()}>{children}</Button>
    </>
  );
}

const WORDS = [
  "no_sound",
  "no_picture",
  "piece_long",
  "no_room",
  "many_files",
  "pieces_full",
  "others_show",
  "show_in_file",
] as const;

/** Why a file was not taken, in words. */
function whyOf(error: unknown, t: ReturnType<typeof useRecording>["t"]): string {
  const reason = error instanceof Refused ? error.reason : "";
  const known = WORDS.find((each) => each === reason);
  return known ? t(`error.${known}`, { most: 500 }) : t("no_listen");
}
