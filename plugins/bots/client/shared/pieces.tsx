/** Pieces that both halves of the page use. */

import { Button, Dialog, DialogFoot, Icon, IconButton } from "@salon/client";
import { useId } from "preact/hooks";
import { useBots, useDoing } from "./context.ts";

/** A secret that is shown this once. */
export function Secret(
  { title, text, hint }: { readonly title: string; readonly text: string; readonly hint: string },
) {
  return (
    <div class="bots-secret" role="status">
      <b class="row">
        <Icon name="key" />
        {title}
      </b>
      <CopyLine text={text} />
      <span class="xs">{hint}</span>
    </div>
  );
}

export function CopyLine({ text, label }: { readonly text: string; readonly label?: string }) {
  const { salon, t } = useBots();
  const id = useId();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    salon.toast({ text: t("copied"), icon: "copy" });
  };
  return (
    <div class="field">
      {label && <span class="lab" id={id}>{label}</span>}
      <div class="copyline" role="group" aria-labelledby={label ? id : undefined}>
        <code dir="ltr">{text}</code>
        <IconButton icon="copy" label={t("copy")} onPress={() => void copy()} />
      </div>
    </div>
  );
}

export interface QuestionProps {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly danger?: boolean;
  readonly onYes: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asked before something that cannot be taken back. */
export function Question({ title, text, yes, danger, onYes, onClose }: QuestionProps) {
  const { t } = useBots();
  const { isBusy, refusal, run } = useDoing();
  const act = () =>
    run(async () => {
      await onYes();
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      <DialogFoot>
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone={danger ? "leave" : "primary"} busy={isBusy} onPress={() => void act()}>
          {yes}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
