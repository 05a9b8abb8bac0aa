/** What rooms and events are about, as those in charge keep it: renamed, merged, hidden. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Select } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { NameDialog } from "../kit/name_dialog.tsx";
import { Empty } from "../kit/place.tsx";
import { tagsOf } from "../tags/tags.ts";
import type { Tag } from "../wire.ts";

await loadWords("topics");

const NAME_MAX = 32;

type Question = { readonly about: Tag; readonly what: "rename" | "merge" };

export function KeptTopics() {
  const app = useApp();
  const tags = tagsOf(app);
  const [question, ask] = useState<Question | null>(null);
  const all = [...tags.all.value.values()]
    .filter((tag) => tag.merged_into_id === null)
    .sort((a, b) => a.name.localeCompare(b.name));
  const hide = async ({ id, is_hidden }: Tag) => {
    await orToast(app.command("tag.edit", { tag: id, is_hidden: !is_hidden }));
    await tags.ask(); // the event leaves the names of hidden ones out
  };
  if (all.length === 0) {
    return <Empty icon="bell" title={t("topics.none")} text={t("topics.none_text")} />;
  }
  return (
    <>
      <List label={t("topics.adm")}>
        {all.map((tag) => (
          <ListRow
            key={tag.id}
            title={tag.name}
            {...(tag.is_hidden ? { detail: t("topics.hidden") } : {})}
            end={
              <>
                <IconButton
                  icon="pen"
                  label={t("topics.rename_one", { name: tag.name })}
                  opens="dialog"
                  onPress={() => ask({ about: tag, what: "rename" })}
                />
                {!tag.is_hidden && (
                  <IconButton
                    icon="link"
                    label={t("topics.merge_one", { name: tag.name })}
                    opens="dialog"
                    onPress={() => ask({ about: tag, what: "merge" })}
                  />
                )}
                <IconButton
                  icon={tag.is_hidden ? "eye" : "lock"}
                  label={t(tag.is_hidden ? "topics.show_one" : "topics.hide_one", {
                    name: tag.name,
                  })}
                  onPress={() => void hide(tag)}
                />
              </>
            }
          />
        ))}
      </List>
      {question?.what === "rename" && <Rename tag={question.about} onClose={() => ask(null)} />}
      {question?.what === "merge" && (
        <Merge
          tag={question.about}
          all={all}
          onClose={() => ask(null)}
        />
      )}
    </>
  );
}

function Rename({ tag, onClose }: { readonly tag: Tag; readonly onClose: () => void }) {
  const app = useApp();
  const send = async (name: string) => {
    await app.command("tag.edit", { tag: tag.id, name });
    await tagsOf(app).ask();
  };
  return (
    <NameDialog
      title={t("topics.rename_title", { name: tag.name })}
      label={t("topics.name")}
      max={NAME_MAX}
      name={tag.name}
      submit={t("topics.rename")}
      send={send}
      onClose={onClose}
    />
  );
}

function Merge({ tag, all, onClose }: {
  readonly tag: Tag;
  readonly all: readonly Tag[];
  readonly onClose: () => void;
}) {
  const app = useApp();
  const others = all.filter((each) => each.id !== tag.id && !each.is_hidden);
  const [into, choose] = useState(others[0]?.id ?? "");
  const send = async () => {
    await app.command("tag.merge", { tag: tag.id, into });
    onClose();
  };
  return (
    <Dialog title={t("topics.merge_title", { name: tag.name })} onClose={onClose}>
      <Form
        send={send}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit disabled={!into}>{t("topics.merge")}</Submit>
          </DialogFoot>
        }
      >
        <Select
          label={t("topics.into")}
          hint={t("topics.merge_text")}
          value={into}
          options={others.map((each) => ({ value: each.id, label: each.name }))}
          onChange={choose}
        />
      </Form>
    </Dialog>
  );
}
