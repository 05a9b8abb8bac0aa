/** The files that go with what is being written: chosen, pasted or dropped, as cards above it. */

import { useEffect, useRef } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { toast } from "../kit/toast.tsx";
import { bytes } from "../sizes.ts";
import { CommandError } from "../socket.ts";
import { addressOf } from "./file_address.ts";
import { type Chosen, FILES_MAX, Tray } from "./tray.ts";
import { upload } from "./upload.ts";

export const DESCRIPTION_MAX = 1_000;
const PREVIEWED = /^image\/(png|jpeg|gif|webp)$/;

const trays = new Map<string, Tray>();

/** What is to go with the next message of a channel. */
export function trayOf(app: App, channelId: string): Tray {
  const tray = trays.get(channelId) ?? newTray(app, channelId);
  trays.set(channelId, tray);
  return tray;
}

function newTray(app: App, channelId: string): Tray {
  let largest: Promise<number> | null = null;
  const ask = () =>
    app.command("file.limits").then((limits) => limits["largest_bytes"] as number, () => {
      largest = null; // the line was down: asked again with the next file
      return Infinity;
    });
  return new Tray({
    send: (content, onProgress, signal) =>
      upload(app, { channel: channelId }, content, onProgress, signal),
    largestBytes: () => largest ??= ask(),
    tooLarge: (most) =>
      new CommandError({
        code: "invalid",
        reason: "file_large",
        message: t("files.too_large", { most: bytes(most) }),
      }),
    onTooMany: () => toast({ text: t("files.too_many", { n: FILES_MAX }), tone: "bad" }),
    preview: (content) => PREVIEWED.test(content.type) ? URL.createObjectURL(content) : null,
    forget: (preview) => URL.revokeObjectURL(preview),
  });
}

/** The way in by the button; files that are pasted, or dropped anywhere on the page, come in too. */
export function AttachButton({ channelId }: { readonly channelId: string }) {
  const tray = trayOf(useApp(), channelId);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => take(event, event.clipboardData);
    const dropped = (event: DragEvent) => (over(event), take(event, event.dataTransfer));
    const take = (event: Event, given: DataTransfer | null) => {
      if (!given?.files.length || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      tray.add([...given.files]);
    };
    addEventListener("paste", pasted);
    addEventListener("dragover", over);
    addEventListener("dragleave", over);
    addEventListener("drop", dropped);
    return () => {
      removeEventListener("paste", pasted);
      removeEventListener("dragover", over);
      removeEventListener("dragleave", over);
      removeEventListener("drop", dropped);
    };
  }, [tray]);
  return (
    <>
      <IconButton icon="clip" label={t("files.attach")} onPress={() => field.current?.click()} />
      <input
        ref={field}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          tray.add([...currentTarget.files ?? []]);
          currentTarget.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

function over(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault(); // else the browser opens what is dropped
  document.body.classList.toggle("dropping", event.type === "dragover");
}

export interface TrayViewProps {
  readonly tray: Tray;
  /** All are there, and the message waits for nothing else. */
  readonly onReady: () => void;
}

export function TrayView({ tray, onReady }: TrayViewProps) {
  const chosen = tray.chosen.value;
  const isDue = tray.isHeld.value && tray.isReady.value;
  useEffect(() => {
    if (!isDue) return;
    tray.release(); // once: files that come later are for another message
    onReady();
  }, [isDue]);
  if (chosen.length === 0) return null;
  const there = chosen.filter(({ state }) => state === "there").length;
  return (
    <section class="tray" aria-label={t("files.tray")}>
      <ul>
        {chosen.map((one) => <Card key={one.key} tray={tray} one={one} />)}
      </ul>
      <p class="xs muted" role="status">
        {tray.isHeld.value
          ? t(tray.hasFailed.value ? "files.held_failed" : "files.held")
          : there < chosen.length
          ? t("files.there", { n: there, of: chosen.length })
          : ""}
      </p>
    </section>
  );
}

function Card({ tray, one }: { readonly tray: Tray; readonly one: Chosen }) {
  const isPicture = one.file ? one.file.kind === "picture" : one.preview !== null;
  return (
    <li class={one.state}>
      <Face one={one} />
      <div class="grow">
        <div class="row">
          <span class="trunc semi">
            <bdi>{one.name}</bdi>
          </span>
          <span class="xs muted num">{bytes(one.sizeBytes)}</span>
        </div>
        {(one.state === "goes" || one.state === "waits") && (
          <progress
            max={1}
            value={one.sent < 1 ? one.sent : undefined}
            aria-label={t("files.on_the_way", { name: one.name })}
          />
        )}
        {one.state === "failed" && (
          <div class="row wrap xs" role="alert">
            <span class="err">
              <Icon name="warn" />
              {one.refusal?.message}
            </span>
            <Button size="s" icon="refresh" onPress={() => tray.retry(one.key)}>
              {t("again")}
            </Button>
          </div>
        )}
        {isPicture && one.state !== "failed" && (
          <input
            type="text"
            class="said"
            dir="auto"
            value={one.description}
            maxLength={DESCRIPTION_MAX}
            placeholder={t("files.describe")}
            aria-label={t("files.describe_name", { name: one.name })}
            onInput={(event) => tray.describe(one.key, event.currentTarget.value)}
          />
        )}
      </div>
      <IconButton
        small
        icon="x"
        label={t("files.remove", { name: one.name })}
        onPress={() => tray.remove(one.key)}
      />
    </li>
  );
}

function Face({ one }: { readonly one: Chosen }) {
  const preview = one.state === "failed" ? null : one.preview;
  const address = preview ??
    (one.file?.kind === "picture" ? addressOf(one.file, "small") : null);
  return (
    <span class="thumb" aria-hidden="true">
      {address ? <img src={address} alt="" /> : <Icon name="file" />}
    </span>
  );
}
