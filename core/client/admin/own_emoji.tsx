/** The community's emoji: pictures are chosen or dropped, named after their files, renamed, removed. */

import { useRef, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { NameDialog } from "../kit/name_dialog.tsx";
import { Empty } from "../kit/place.tsx";
import { EmojiPicture, nameOf } from "../text/own_emoji.tsx";
import { upload } from "../text/upload.ts";
import type { Emoji } from "../wire.ts";

const TAKEN = "image/png,image/jpeg,image/gif,image/webp";
const NAME_MAX = 32;
const MOST = 100;

type Question = { readonly about: Emoji; readonly what: "rename" | "remove" };

export function OwnEmoji() {
  const { store } = useApp();
  const all = [...store.emoji.value.values()].sort((a, b) => a.name.localeCompare(b.name));
  const [question, ask] = useState<Question | null>(null);
  const adding = useAdding();
  return (
    <section
      class={adding.isOver ? "emojis over" : "emojis"}
      onDragOver={adding.over}
      onDragLeave={adding.left}
      onDrop={adding.dropped}
    >
      <Choice adding={adding} count={all.length} />
      {all.length === 0 && !adding.isBusy && <Empty icon="smile" title={t("own.none")} />}
      <List label={t("adm.emoji")}>
        {all.map((emoji) => (
          <ListRow
            key={emoji.id}
            start={<EmojiPicture emoji={emoji} isNamed />}
            title={nameOf(emoji)}
            end={
              <>
                <IconButton
                  icon="pen"
                  label={t("own.rename_one", { name: nameOf(emoji) })}
                  opens="dialog"
                  onPress={() => ask({ about: emoji, what: "rename" })}
                />
                <IconButton
                  icon="trash"
                  label={t("own.remove_one", { name: nameOf(emoji) })}
                  opens="dialog"
                  onPress={() => ask({ about: emoji, what: "remove" })}
                />
              </>
            }
          />
        ))}
      </List>
      {question?.what === "rename" && <Rename emoji={question.about} onClose={() => ask(null)} />}
      {question?.what === "remove" && <Remove emoji={question.about} onClose={() => ask(null)} />}
    </section>
  );
}

function Choice({ adding, count }: { readonly adding: Adding; readonly count: number }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="field">
      <div class="row wrap">
        <Button
          tone="primary"
          icon="plus"
          busy={adding.isBusy}
          disabled={count >= MOST}
          onPress={() => field.current?.click()}
        >
          {t("own.add")}
        </Button>
        <span class="muted sm num">{t("own.count", { n: count, most: MOST })}</span>
      </div>
      <input
        ref={field}
        type="file"
        accept={TAKEN}
        multiple
        hidden
        onChange={({ currentTarget }) => {
          adding.add([...currentTarget.files ?? []]);
          currentTarget.value = "";
        }}
      />
      <span class="hint">{t("own.hint")}</span>
      {adding.refusals.map((text) => (
        <span key={text} class="err xs" role="alert">
          <Icon name="warn" />
          {text}
        </span>
      ))}
    </div>
  );
}

interface Adding {
  readonly isBusy: boolean;
  readonly isOver: boolean;
  /** Each with the name of its file. */
  readonly refusals: readonly string[];
  readonly add: (files: readonly File[]) => void;
  readonly over: (event: DragEvent) => void;
  readonly left: () => void;
  readonly dropped: (event: DragEvent) => void;
}

/** One picture after the other; what is refused of one holds up no other. */
function useAdding(): Adding {
  const app = useApp();
  const [isBusy, work] = useState(false);
  const [isOver, hover] = useState(false);
  const [refusals, refuse] = useState<readonly string[]>([]);
  const add = async (files: readonly File[]) => {
    work(true);
    refuse([]);
    for (const file of files.slice(0, MOST)) {
      await added(app, file).catch((error) =>
        refuse((before) => [...before, t("own.refused", { file: file.name, why: error.message })])
      );
    }
    work(false);
  };
  return {
    isBusy,
    isOver,
    refusals,
    add: (files) => void add(files),
    over: (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      hover(true);
    },
    left: () => hover(false),
    dropped: (event) => {
      event.preventDefault();
      hover(false);
      if (!isBusy) void add([...event.dataTransfer?.files ?? []]);
    },
  };
}

async function added(app: App, content: File): Promise<void> {
  const stays = new AbortController().signal;
  const { id } = await upload(app, { for: "emoji" }, content, () => {}, stays);
  const taken = new Set([...app.store.emoji.peek().values()].map(({ name }) => name));
  await app.command("emoji.add", { file: id, name: nameFor(content.name, taken) });
}

/** A name out of that of a file, and no other's. */
export function nameFor(file: string, taken: ReadonlySet<string>): string {
  const plain = file.replace(/\.[^.]*$/, "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "").slice(0, NAME_MAX - 3);
  const name = plain.length < 2 ? `emoji_${plain}`.replace(/_$/, "") : plain;
  for (let n = 2, free = name;; n += 1) {
    if (!taken.has(free)) return free;
    free = `${name}${n}`;
  }
}

interface AboutOne {
  readonly emoji: Emoji;
  readonly onClose: () => void;
}

function Rename({ emoji, onClose }: AboutOne) {
  const app = useApp();
  return (
    <NameDialog
      title={t("own.rename_one", { name: nameOf(emoji) })}
      label={t("adm.name")}
      hint={t("own.name_hint")}
      max={NAME_MAX}
      name={emoji.name}
      send={(name) => app.command("emoji.rename", { emoji: emoji.id, name })}
      onClose={onClose}
    />
  );
}

function Remove({ emoji, onClose }: AboutOne) {
  const app = useApp();
  const remove = async () => {
    await app.command("emoji.remove", { emoji: emoji.id });
    onClose();
  };
  return (
    <Dialog title={t("own.remove_one", { name: nameOf(emoji) })} onClose={onClose}>
      <Form
        send={remove}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit tone="danger">{t("picture.remove")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("own.remove_text")}</p>
      </Form>
    </Dialog>
  );
}
