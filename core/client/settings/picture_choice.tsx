/** Choosing the picture of somebody or of the community: its square middle is shown. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { upload } from "../text/upload.ts";

const TAKEN = "image/png,image/jpeg,image/gif,image/webp";

export interface PictureChoiceProps {
  readonly label: string;
  readonly use: "avatar" | "icon";
  /** The file that is shown now. */
  readonly known: string | null;
  /** Puts a file in its place, or none. */
  readonly onChoose: (file: string | null) => Promise<unknown>;
  /** What is seen now, where nothing else shows it. */
  readonly children?: ComponentChildren;
}

export function PictureChoice({ label, use, known, onChoose, children }: PictureChoiceProps) {
  const app = useApp();
  const field = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [refusal, refuse] = useState("");
  const change = async (work: () => Promise<unknown>) => {
    setBusy(true);
    refuse("");
    await work().catch((error) => refuse(error.message));
    setBusy(false);
  };
  const choose = (content: File | undefined) => {
    if (!content) return;
    const stays = new AbortController().signal;
    void change(async () =>
      onChoose((await upload(app, { for: use }, content, () => {}, stays)).id)
    );
  };
  return (
    <div class="field">
      <div class="row wrap">
        {children}
        <Button
          icon="plus"
          busy={isBusy}
          onPress={() => field.current?.click()}
        >
          {label}
        </Button>
        {known !== null && (
          <Button
            tone="ghost"
            disabled={isBusy}
            onPress={() => void change(() => onChoose(null))}
          >
            {t("picture.remove")}
          </Button>
        )}
      </div>
      <input
        ref={field}
        type="file"
        accept={TAKEN}
        hidden
        onChange={({ currentTarget }) => {
          choose(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      {refusal
        ? (
          <span class="err xs" role="alert">
            <Icon name="warn" />
            {refusal}
          </span>
        )
        : <span class="hint">{t("picture.hint")}</span>}
    </div>
  );
}
