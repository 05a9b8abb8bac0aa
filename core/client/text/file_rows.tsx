/**
 * Files under a message: pictures with their room kept before they are there, sounds and films to be
 * played where they stand, everything else as a card that is a download.
 */

import { useState } from "preact/hooks";
import { bytes } from "../sizes.ts";
import { t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import type { HandedFile } from "../wire.ts";
import { addressOf } from "./file_address.ts";
import { Lightbox } from "./lightbox.tsx";

/** The longest sides of a picture in the log, in CSS pixels. */
const WIDTH_MAX = 400;
const HEIGHT_MAX = 300;
/** Of several: all in one size, cut to it. */
const TILE = 150;

export function Files({ files }: { readonly files: readonly HandedFile[] }) {
  const [open, show] = useState<HandedFile | null>(null);
  const pictures = files.filter(({ kind }) => kind === "picture");
  const others = files.filter(({ kind }) => kind !== "picture");
  return (
    <div class="files">
      {pictures.length > 0 && (
        <div class={pictures.length > 1 ? "shots many" : "shots"}>
          {pictures.map((file) => (
            <Shot
              key={file.id}
              file={file}
              isAlone={pictures.length === 1}
              onOpen={() => show(file)}
            />
          ))}
        </div>
      )}
      {others.map((file) => <Other key={file.id} file={file} />)}
      {open && (
        <Lightbox
          pictures={pictures}
          shown={open}
          onShow={show}
          onClose={() => show(null)}
        />
      )}
    </div>
  );
}

function Shot(
  { file, isAlone, onOpen }: {
    readonly file: HandedFile;
    readonly isAlone: boolean;
    readonly onOpen: () => void;
  },
) {
  const [width, height] = isAlone ? shownSize(file) : [TILE, TILE];
  return (
    <button
      type="button"
      class="shot"
      aria-label={t("files.open", { name: file.description || file.name })}
      style={{ inlineSize: `${width}px`, aspectRatio: `${width} / ${height}` }}
      onClick={onOpen}
    >
      <img
        src={addressOf(file, "medium")}
        alt={file.description}
        width={width}
        height={height}
        loading="lazy"
        decoding="async"
        draggable={false}
      />
      {file.moves && (
        <span class="pill" aria-hidden="true">
          <Icon name="play" />
          GIF
        </span>
      )}
    </button>
  );
}

/** Never larger than it is, and never smaller than can be hit. */
export function shownSize(
  { width, height }: Pick<HandedFile, "width" | "height">,
): readonly [number, number] {
  const [w, h] = [width || 1, height || 1];
  const scale = Math.min(1, WIDTH_MAX / w, HEIGHT_MAX / h);
  return [Math.max(44, Math.round(w * scale)), Math.max(44, Math.round(h * scale))];
}

function Other({ file }: { readonly file: HandedFile }) {
  if (file.kind === "sound") {
    return (
      <figure class="played">
        <Named file={file} />
        <audio controls preload="none" src={addressOf(file)} aria-label={file.name} />
      </figure>
    );
  }
  if (file.kind === "film") {
    return (
      <figure class="played film">
        <video
          controls
          preload="metadata"
          playsInline
          src={addressOf(file)}
          aria-label={file.name}
        />
        <Named file={file} />
      </figure>
    );
  }
  return (
    <a class="filecard" href={addressOf(file)} download={file.name}>
      <Icon name="file" />
      <span class="grow">
        <span class="trunc semi">
          <bdi>{file.name}</bdi>
        </span>
        <span class="xs muted num">{bytes(file.size_bytes)}</span>
      </span>
      <Icon name="dl" />
      <span class="sr">{t("files.download")}</span>
    </a>
  );
}

function Named({ file }: { readonly file: HandedFile }) {
  return (
    <figcaption class="row xs muted">
      <span class="trunc">
        <bdi>{file.name}</bdi>
      </span>
      <span class="num">{bytes(file.size_bytes)}</span>
      <a class="ib s" href={addressOf(file)} download={file.name} title={t("files.download")}>
        <Icon name="dl" />
        <span class="sr">{t("files.download_name", { name: file.name })}</span>
      </a>
    </figcaption>
  );
}
