/** Pictures of a message, large, one after the other: arrow keys, Escape closes. */

import { useEffect } from "preact/hooks";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { Icon } from "../kit/icon.tsx";
import type { HandedFile } from "../wire.ts";
import { addressOf } from "./file_address.ts";

export interface LightboxProps {
  readonly pictures: readonly HandedFile[];
  readonly shown: HandedFile;
  readonly onShow: (file: HandedFile) => void;
  readonly onClose: () => void;
}

export function Lightbox({ pictures, shown, onShow, onClose }: LightboxProps) {
  const at = pictures.findIndex(({ id }) => id === shown.id);
  const step = (by: number) => {
    const next = pictures[at + by];
    if (next) onShow(next);
  };
  useEffect(() => {
    const pressed = ({ key }: KeyboardEvent) => {
      const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
      if (key === "ArrowLeft" || key === "ArrowRight") step(key === forward ? 1 : -1);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
  const title = shown.description || shown.name;
  return (
    <Dialog title={title} quiet class="lightbox" onClose={onClose}>
      <img
        key={shown.id}
        src={addressOf(shown)}
        alt={shown.description}
        width={shown.width ?? undefined}
        height={shown.height ?? undefined}
      />
      <div class="row bar">
        <span class="grow" dir="auto">
          <span class="two-lines">{title}</span>
          {pictures.length > 1 && (
            <span class="xs num" role="status">
              {t("files.nth", { n: at + 1, of: pictures.length })}
            </span>
          )}
        </span>
        {pictures.length > 1 && (
          <>
            <IconButton
              icon="back"
              label={t("files.before")}
              disabled={at === 0}
              onPress={() => step(-1)}
            />
            <IconButton
              icon="right"
              label={t("files.next")}
              disabled={at === pictures.length - 1}
              onPress={() => step(1)}
            />
          </>
        )}
        <a class="ib" href={addressOf(shown)} download={shown.name} title={t("files.download")}>
          <Icon name="dl" />
          <span class="sr">{t("files.download_name", { name: shown.name })}</span>
        </a>
        <IconButton icon="x" label={t("files.close")} onPress={onClose} />
      </div>
    </Dialog>
  );
}
